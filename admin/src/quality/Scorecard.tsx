import QualityIcon from "@mui/icons-material/FactCheckOutlined";
import { Box, Button, Link as MuiLink, Stack, Typography } from "@mui/material";
import { Link, useTranslate } from "react-admin";
import { change, useChange } from "../access/api.ts";
import { PlainTable } from "../access/PlainTable.tsx";
import { useMayOn } from "../access/useMayOn.ts";
import { ChartSection } from "../components/charts/ChartSection.tsx";
import { LineChart } from "../components/charts/LineChart.tsx";
import { Meter } from "../components/charts/Meter.tsx";
import { EmptyState } from "../components/EmptyState.tsx";
import { Ago, Count, Moment } from "../components/Figures.tsx";
import { formatNumber } from "../components/format.ts";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { Section } from "../components/Section.tsx";
import { useLanguage } from "../components/useLanguage.ts";
import { IncidentsTable } from "../incidents/IncidentsTable.tsx";
import { problemOf } from "../providers/errors.ts";
import { toneColour } from "./Chips.tsx";
import { ResultsTable } from "./ResultsTable.tsx";
import type { PartProps } from "./Room.tsx";
import { RuleFigures } from "./RuleFigures.tsx";
import { useShare } from "./share.ts";
import { DIMENSIONS, type Result, type Score, scoreOf, toneOf } from "./types.ts";
import { useResults, useScorecard } from "./useQuality.ts";

function Figure({ score, results }: { score: Score; results: Result[] | undefined }) {
  const translate = useTranslate();
  const share = useShare();
  const value = Number(score.score);
  const dimensions = DIMENSIONS.map((name) => {
    const own = (results ?? []).filter((result) => result.dimension === name);
    return { name, rules: own.length, score: scoreOf(own) };
  }).filter(({ rules }) => rules > 0);
  return (
    <Section
      title={translate("app.quality.score")}
      hint={
        <>
          {translate("app.quality.score_from", { smart_count: score.rules })} <Ago at={score.checkedAt} />
          {score.runId && (
            <>
              {" · "}
              <MuiLink component={Link} to={`/runs/${score.runId}/show`}>
                {translate("app.quality.to_load")}
              </MuiLink>
            </>
          )}
        </>
      }
    >
      <Box sx={{ display: "grid", gap: 4, gridTemplateColumns: { md: "minmax(240px, 1fr) 2fr" } }}>
        <Box>
          <Typography
            sx={{
              fontSize: "3.25rem",
              fontWeight: 750,
              lineHeight: 1.1,
              letterSpacing: "-0.03em",
              color: toneColour(value),
            }}
          >
            {share(value)}
          </Typography>
          <Typography variant="body2" color="textSecondary" sx={{ mt: 1 }}>
            {translate("app.quality.formula")}
          </Typography>
        </Box>
        <Box
          component="ul"
          sx={{
            m: 0,
            p: 0,
            listStyle: "none",
            display: "grid",
            gap: 2,
            gridTemplateColumns: "repeat(auto-fill, minmax(190px, 1fr))",
            alignContent: "start",
          }}
        >
          {dimensions.map(({ name, rules, score: part }) => (
            <Box component="li" key={name}>
              <Stack
                direction="row"
                sx={{ justifyContent: "space-between", alignItems: "baseline", mb: 0.5 }}
              >
                <Typography variant="body2">{translate(`app.quality.dimension.${name}`)}</Typography>
                <Typography sx={{ fontWeight: 650, ...(part === null ? {} : { color: toneColour(part) }) }}>
                  {part === null ? "–" : share(part)}
                </Typography>
              </Stack>
              <Box>
                <Meter
                  value={part ?? 0}
                  tone={toneOf(part ?? 1)}
                  label={translate(`app.quality.dimension.${name}`)}
                />
                <Typography variant="caption" color="textSecondary">
                  {translate("app.quality.rules_count", { smart_count: rules })}
                </Typography>
              </Box>
            </Box>
          ))}
        </Box>
      </Box>
    </Section>
  );
}

function Trend({ scores }: { scores: Score[] }) {
  const translate = useTranslate();
  const locale = useLanguage();
  const share = useShare();
  const points = scores
    .map(({ checkedAt, score }) => ({ time: new Date(checkedAt).getTime(), value: Number(score) }))
    .reverse();
  const least = points.reduce((low, { value }) => Math.min(low, value), 1);
  // What went wrong in a thousandth is seen, and all of it where much went wrong.
  const floor = least > 0.9 ? 0.9 : least > 0.5 ? 0.5 : 0;
  return (
    <ChartSection
      title={translate("app.quality.trend")}
      hint={translate("app.quality.trend_hint", { smart_count: scores.length })}
      chart={
        <LineChart
          label={translate("app.quality.trend_label", {
            from: share(points[0]?.value ?? 0),
            to: share(points.at(-1)?.value ?? 0),
            count: points.length,
          })}
          points={points}
          domain={[floor, 1]}
          dots
          formatValue={(value) => formatNumber(locale, value, { style: "percent", maximumFractionDigits: 1 })}
        />
      }
      table={
        <PlainTable
          rows={scores}
          keyOf={({ checkId }) => checkId}
          empty="app.quality.no_checks"
          columns={[
            { label: "app.quality.checked", cell: ({ checkedAt }) => <Moment at={checkedAt} /> },
            { label: "app.quality.score", align: "right", cell: ({ score }) => share(Number(score)) },
            {
              label: "app.quality.rules_asked",
              align: "right",
              cell: ({ rules }) => <Count value={rules} />,
            },
            {
              label: "app.quality.rules_failed",
              align: "right",
              cell: ({ failed }) => <Count value={failed} />,
            },
            { label: "app.dataset.rows", align: "right", cell: ({ rowCount }) => <Count value={rowCount} /> },
            {
              label: "app.quality.check",
              cell: ({ runId }) =>
                runId ? (
                  <MuiLink component={Link} to={`/runs/${runId}/show`}>
                    {translate("app.quality.to_load")}
                  </MuiLink>
                ) : (
                  translate("app.quality.by_hand")
                ),
            },
          ]}
        />
      }
    />
  );
}

export function CheckButton({ datasetId }: { datasetId: string }) {
  const translate = useTranslate();
  const check = useChange(() => change("runRules", { datasetId }), "app.quality.check_done");
  return (
    <Stack spacing={1} sx={{ alignItems: "flex-end" }}>
      <Button variant="contained" loading={check.busy} onClick={() => check.act()}>
        {translate("app.quality.check_now")}
      </Button>
      {check.problem && <ProblemAlert problem={check.problem} />}
    </Stack>
  );
}

/** How good the dataset is, and what spoils it. */
export default function Scorecard({ dataset }: PartProps) {
  const translate = useTranslate();
  const mayCheck = useMayOn("quality.execute", dataset.id);
  const { scores, incidents, error } = useScorecard(dataset.id);
  const last = scores?.[0];
  const results = useResults(dataset.id, last?.checkId);
  if (error) return <ProblemAlert problem={problemOf(error)} />;
  if (!scores) return <Box sx={{ minHeight: 200 }} aria-busy />;
  if (!last) {
    return (
      <Section>
        <EmptyState
          icon={<QualityIcon />}
          title={translate("app.quality.no_checks")}
          text={translate("app.quality.no_checks_text")}
          action={mayCheck && <CheckButton datasetId={dataset.id} />}
        />
      </Section>
    );
  }
  return (
    <Stack spacing={2}>
      <Figure score={last} results={results} />
      <Trend scores={scores} />
      {incidents && incidents.length > 0 && (
        <Section flush title={translate("app.incident.open_ones")}>
          <IncidentsTable incidents={incidents} dataset={false} />
        </Section>
      )}
      <Section
        flush
        title={translate("app.quality.results")}
        hint={translate("app.quality.results_hint")}
        actions={mayCheck && <CheckButton datasetId={dataset.id} />}
      >
        <ResultsTable dataset={dataset.name} results={results} />
      </Section>
      <RuleFigures dataset={dataset} />
    </Stack>
  );
}
