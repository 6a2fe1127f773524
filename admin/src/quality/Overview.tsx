import QualityIcon from "@mui/icons-material/FactCheckOutlined";
import { Box, Link as MuiLink, Stack } from "@mui/material";
import { Link, useTranslate } from "react-admin";
import { Gate } from "../access/Gate.tsx";
import { type Column, PlainTable } from "../access/PlainTable.tsx";
import { Meter } from "../components/charts/Meter.tsx";
import { Spark } from "../components/charts/Spark.tsx";
import { EmptyState } from "../components/EmptyState.tsx";
import { Ago, Count } from "../components/Figures.tsx";
import { Page } from "../components/Page.tsx";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { Section } from "../components/Section.tsx";
import { Tile, Tiles } from "../components/Tiles.tsx";
import { problemOf } from "../providers/errors.ts";
import { toneColour } from "./Chips.tsx";
import { useShare } from "./share.ts";
import { toneOf } from "./types.ts";
import { useOverview } from "./useQuality.ts";

interface Row {
  name: string;
  score: number;
  rules: number;
  failed: number;
  at: string;
  trend: number[];
  incidents: number;
}

const MAX_TREND = 20;

function useRows() {
  const { overview, error } = useOverview();
  if (!overview) return { rows: undefined, score: null, open: 0, unrated: [], error };
  const idOf = new Map(overview.datasets.nodes.map(({ id, name }) => [name, id]));
  const trends = Map.groupBy(overview.scores.nodes, ({ datasetId }) => datasetId);
  const incidents = Map.groupBy(overview.incidents.nodes, ({ datasetId }) => datasetId);
  const rated = overview.rateOrganization.datasets;
  const rows: Row[] = rated.map(({ dataset, score, rules, failed, at }) => {
    const id = idOf.get(dataset) ?? "";
    const trend = (trends.get(id) ?? []).slice(0, MAX_TREND).map((one) => Number(one.score));
    return {
      name: dataset,
      score: Number(score),
      rules,
      failed,
      at,
      trend: trend.reverse(),
      incidents: incidents.get(id)?.length ?? 0,
    };
  });
  const known = new Set(rated.map(({ dataset }) => dataset));
  return {
    rows,
    score: overview.rateOrganization.score,
    open: overview.incidents.nodes.length,
    unrated: overview.datasets.nodes.filter(({ name }) => !known.has(name)),
    error,
  };
}

function Unrated({ names }: { names: string[] }) {
  const translate = useTranslate();
  if (names.length === 0) return null;
  return (
    <Section title={translate("app.quality.unrated")} hint={translate("app.quality.unrated_hint")}>
      <Stack direction="row" useFlexGap spacing={2} sx={{ flexWrap: "wrap" }}>
        {names.map((name) => (
          <MuiLink key={name} component={Link} to={`/quality/${name}`}>
            {name}
          </MuiLink>
        ))}
      </Stack>
    </Section>
  );
}

/** Quality of the organization: every dataset with its score, the worst first. */
export default function QualityOverview() {
  const translate = useTranslate();
  const share = useShare();
  const { rows, score, open, unrated, error } = useRows();
  const title = translate("app.quality.title");
  const columns: Column<Row>[] = [
    {
      label: "app.quality.dataset",
      cell: ({ name }) => (
        <MuiLink component={Link} to={`/quality/${name}`} sx={{ fontWeight: 600 }}>
          {name}
        </MuiLink>
      ),
    },
    {
      label: "app.quality.score",
      cell: (row) => (
        <Stack direction="row" spacing={1.5} sx={{ alignItems: "center", minWidth: 200 }}>
          <Box
            sx={{
              width: 64,
              fontWeight: 650,
              color: toneColour(row.score),
              fontVariantNumeric: "tabular-nums",
            }}
          >
            {share(row.score)}
          </Box>
          <Meter
            value={row.score}
            tone={toneOf(row.score)}
            label={translate("app.quality.score_of", { name: row.name })}
          />
        </Stack>
      ),
    },
    {
      label: "app.quality.trend",
      cell: ({ trend, name }) => (
        <Spark values={trend} label={translate("app.quality.trend_of", { name, count: trend.length })} />
      ),
    },
    { label: "app.quality.rules_asked", align: "right", cell: ({ rules }) => <Count value={rules} /> },
    { label: "app.quality.rules_failed", align: "right", cell: ({ failed }) => <Count value={failed} /> },
    { label: "app.incident.title", align: "right", cell: ({ incidents }) => <Count value={incidents} /> },
    { label: "app.quality.checked", cell: ({ at }) => <Ago at={at} /> },
  ];
  return (
    <Gate permissions={["quality.view"]} title={title}>
      <Page title={title} subtitle={translate("app.quality.subtitle")}>
        <Stack spacing={2}>
          {error ? <ProblemAlert problem={problemOf(error)} /> : null}
          {rows && rows.length > 0 && (
            <Tiles>
              <Tile label={translate("app.quality.score_organization")}>
                {score === null ? "–" : share(Number(score))}
              </Tile>
              <Tile label={translate("app.quality.datasets_rated")}>
                <Count value={rows.length} />
              </Tile>
              <Tile label={translate("app.incident.open_ones")}>
                <MuiLink component={Link} to="/incidents">
                  <Count value={open} />
                </MuiLink>
              </Tile>
            </Tiles>
          )}
          <Section flush>
            {rows?.length === 0 ? (
              <EmptyState
                icon={<QualityIcon />}
                title={translate("app.quality.empty")}
                text={translate("app.quality.empty_text")}
              />
            ) : (
              <PlainTable
                rows={rows}
                columns={columns}
                keyOf={({ name }) => name}
                empty="app.quality.empty"
              />
            )}
          </Section>
          <Unrated names={unrated.map(({ name }) => name)} />
        </Stack>
      </Page>
    </Gate>
  );
}
