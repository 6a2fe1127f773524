import { Button, Link as MuiLink, Stack, Typography } from "@mui/material";
import { Link, useTranslate } from "react-admin";
import { change, type Nodes, useChange } from "../access/api.ts";
import { PlainTable } from "../access/PlainTable.tsx";
import { useMayOn } from "../access/useMayOn.ts";
import { Meter } from "../components/charts/Meter.tsx";
import { Count } from "../components/Figures.tsx";
import { formatDuration } from "../components/format.ts";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { Section } from "../components/Section.tsx";
import { useLanguage } from "../components/useLanguage.ts";
import { useAsked } from "../connectors/useAsked.ts";
import { useShare } from "./share.ts";
import { toneOf } from "./types.ts";

interface Figures {
  name: string;
  costMs: string | null;
  checks: string;
  failures: string;
  confirmed: string;
  fixed: string;
  expected: string;
  precision: string | null;
}

const FIGURES = `query RuleFigures($id: UUID!) {
  ruleFigures(datasetId: $id, first: 500) {
    nodes { name costMs checks failures confirmed fixed expected precision }
  }
}`;

function Precision({ figures }: { figures: Figures }) {
  const translate = useTranslate();
  const share = useShare();
  const judged = Number(figures.confirmed) + Number(figures.fixed) + Number(figures.expected);
  if (figures.precision === null)
    return (
      <Typography variant="body2" color="textSecondary">
        {translate("app.quality.figures.not_judged")}
      </Typography>
    );
  const value = Number(figures.precision);
  return (
    <Stack spacing={0.25} sx={{ minWidth: 130 }}>
      <Typography variant="body2">
        {share(value)} · {translate("app.quality.figures.judged", { smart_count: judged })}
      </Typography>
      <Meter value={value} tone={toneOf(value)} label={translate("app.quality.figures.precision")} />
    </Stack>
  );
}

/** What each rule costs, and how often it was right by what people said of its failures. */
export function RuleFigures({ dataset }: { dataset: { id: string; name: string } }) {
  const translate = useTranslate();
  const locale = useLanguage();
  const mayMeasure = useMayOn("quality.execute", dataset.id);
  const { data, error } = useAsked<{ ruleFigures: Nodes<Figures> }>(FIGURES, { id: dataset.id });
  const measure = useChange(
    () => change("measureCosts", { datasetId: dataset.id }),
    "app.quality.figures.measured",
  );
  const rows = data?.ruleFigures.nodes;
  if (error || rows?.length === 0) return null;
  return (
    <Section
      flush
      title={translate("app.quality.figures.title")}
      hint={translate("app.quality.figures.hint")}
      actions={
        mayMeasure && (
          <Button loading={measure.busy} onClick={() => measure.act()}>
            {translate("app.quality.figures.measure")}
          </Button>
        )
      }
    >
      {measure.problem && <ProblemAlert problem={measure.problem} />}
      <PlainTable
        rows={rows}
        keyOf={({ name }) => name}
        empty="app.quality.rule.empty"
        columns={[
          {
            label: "app.quality.rule.one",
            cell: ({ name }) => (
              <MuiLink
                component={Link}
                to={`/quality/${dataset.name}/rules/${name}`}
                sx={{ fontWeight: 600 }}
              >
                {name}
              </MuiLink>
            ),
          },
          {
            label: "app.quality.figures.cost",
            align: "right",
            cell: ({ costMs }) => (costMs === null ? "–" : formatDuration(locale, Number(costMs))),
          },
          {
            label: "app.quality.figures.checks",
            align: "right",
            cell: ({ checks }) => <Count value={checks} />,
          },
          {
            label: "app.quality.figures.failures",
            align: "right",
            cell: ({ failures }) => <Count value={failures} />,
          },
          { label: "app.quality.figures.precision", cell: (figures) => <Precision figures={figures} /> },
        ]}
      />
    </Section>
  );
}
