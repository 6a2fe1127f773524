import { Alert, Box, Link as MuiLink, Stack, Typography } from "@mui/material";
import { Link, useTranslate } from "react-admin";
import { PlainTable } from "../access/PlainTable.tsx";
import { Strip } from "../components/charts/Strip.tsx";
import { Count, Moment } from "../components/Figures.tsx";
import { formatMoment, formatNumber } from "../components/format.ts";
import { Section } from "../components/Section.tsx";
import { useLanguage } from "../components/useLanguage.ts";
import { PassedChip } from "./Chips.tsx";
import { RowsTable } from "./RowsTable.tsx";

interface PastLoad {
  run: string;
  at: string;
  rows: number;
  failures: number | null;
  measured?: number | null;
  passed: boolean;
}

/** What ingest.try_rule answers. */
export interface Trial {
  rows: number;
  failures: number | null;
  measured: number | null;
  passed: boolean;
  message: string;
  sample: Record<string, unknown>[];
  loads: PastLoad[];
  of: number;
  held: number;
  rejected: number;
}

interface Props {
  trial: Trial;
  fields: string[];
  statistic: boolean;
}

function Past({ trial, statistic }: Omit<Props, "fields">) {
  const translate = useTranslate();
  const locale = useLanguage();
  const oldestFirst = trial.loads.toReversed();
  const measured = (load: PastLoad) =>
    load.measured == null ? "–" : formatNumber(locale, load.measured, { maximumFractionDigits: 4 });
  return (
    <>
      <Box sx={{ px: 2, pb: 1.5 }}>
        <Strip
          label={translate("app.quality.trial.strip", { held: trial.held, of: trial.of })}
          items={oldestFirst.map(({ run, at, passed, failures, rows }) => ({
            key: run,
            good: passed,
            title: `${formatMoment(locale, new Date(at))}: ${failures ?? 0} / ${rows}`,
          }))}
        />
      </Box>
      <PlainTable
        rows={trial.loads}
        keyOf={({ run }) => run}
        empty="app.quality.trial.no_loads"
        columns={[
          { label: "app.quality.outcome", cell: ({ passed }) => <PassedChip passed={passed} /> },
          {
            label: "app.quality.trial.load",
            cell: ({ run, at }) => (
              <MuiLink component={Link} to={`/runs/${run}/show`}>
                <Moment at={at} />
              </MuiLink>
            ),
          },
          { label: "app.quality.asked", align: "right", cell: ({ rows }) => <Count value={rows} /> },
          statistic
            ? { label: "app.quality.trial.measured", align: "right", cell: measured }
            : {
                label: "app.quality.trial.failures",
                align: "right",
                cell: ({ failures }: PastLoad) => <Count value={failures} />,
              },
        ]}
      />
    </>
  );
}

/** What the rule would have done: to the rows in force, and to the loads of the past. Nothing was recorded. */
export function TrialPanel({ trial, fields, statistic }: Props) {
  const translate = useTranslate();
  const locale = useLanguage();
  const number = (value: number) => formatNumber(locale, value, { maximumFractionDigits: 4 });
  const now = statistic
    ? translate("app.quality.trial.now_measured", {
        measured: trial.measured === null ? "–" : number(Number(trial.measured)),
      })
    : translate("app.quality.trial.now", {
        smart_count: trial.failures ?? 0,
        failures: number(trial.failures ?? 0),
        rows: number(trial.rows),
      });
  return (
    <Stack spacing={2} role="status">
      <Alert severity={trial.passed ? "success" : "warning"}>
        <Typography sx={{ fontWeight: 650 }}>{now}</Typography>
        {trial.of > 0 && (
          <Typography>
            {translate("app.quality.trial.past", { held: trial.held, of: trial.of })}
            {!statistic &&
              `, ${translate("app.quality.trial.rejected", { smart_count: trial.rejected, count: number(trial.rejected) })}`}
            .
          </Typography>
        )}
        <Typography variant="body2" color="textSecondary">
          {translate("app.quality.trial.nothing_recorded")}
        </Typography>
      </Alert>
      {!statistic && trial.sample.length > 0 && (
        <Section
          flush
          title={translate("app.quality.trial.these")}
          hint={translate("app.quality.trial.these_hint")}
        >
          <RowsTable
            label={translate("app.quality.trial.these")}
            fields={fields}
            rows={trial.sample.map((record) => ({ line: null, record }))}
          />
        </Section>
      )}
      {trial.of > 0 && (
        <Section
          flush
          title={translate("app.quality.trial.loads")}
          hint={translate("app.quality.trial.loads_hint")}
        >
          <Past trial={trial} statistic={statistic} />
        </Section>
      )}
    </Stack>
  );
}
