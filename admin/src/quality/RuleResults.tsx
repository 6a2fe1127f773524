import { Stack } from "@mui/material";
import { useTranslate } from "react-admin";
import { PlainTable } from "../access/PlainTable.tsx";
import { ChartSection } from "../components/charts/ChartSection.tsx";
import { LineChart } from "../components/charts/LineChart.tsx";
import { Count, Moment } from "../components/Figures.tsx";
import { formatNumber } from "../components/format.ts";
import { Section } from "../components/Section.tsx";
import { useLanguage } from "../components/useLanguage.ts";
import { PassedChip } from "./Chips.tsx";
import { Judge } from "./Judge.tsx";
import { Found } from "./ResultsTable.tsx";
import { RowsTable } from "./RowsTable.tsx";
import type { Result, Rule } from "./types.ts";
import { type QualityDataset, useFailingRows } from "./useQuality.ts";

/** What the rule found, check by check: newest first as a table, oldest first as a line. */
export function ResultTrend({ results, title }: { results: Result[]; title: string }) {
  const translate = useTranslate();
  const locale = useLanguage();
  if (results.length === 0) return null;
  const statistic = results[0]!.measured !== null;
  const points = results
    .map(({ checkedAt, measured, share }) => ({
      time: new Date(checkedAt).getTime(),
      value: Number(measured ?? share),
    }))
    .reverse();
  const failed = results
    .filter(({ passed }) => !passed)
    .map(({ checkedAt, measured, share }) => ({
      time: new Date(checkedAt).getTime(),
      value: Number(measured ?? share),
    }));
  const number = (value: number) =>
    formatNumber(
      locale,
      value,
      statistic ? { maximumFractionDigits: 4 } : { style: "percent", maximumFractionDigits: 2 },
    );
  return (
    <ChartSection
      title={title}
      hint={translate(statistic ? "app.quality.rule.trend_measured" : "app.quality.rule.trend_share")}
      chart={
        <LineChart
          label={translate("app.quality.rule.trend_label", { count: points.length, failed: failed.length })}
          points={points}
          marks={failed}
          dots
          height={180}
          formatValue={number}
        />
      }
      table={
        <PlainTable
          rows={results}
          keyOf={({ checkId }) => checkId}
          empty="app.quality.rule.never"
          columns={[
            { label: "app.quality.outcome", cell: ({ passed }) => <PassedChip passed={passed} /> },
            { label: "app.quality.checked", cell: ({ checkedAt }) => <Moment at={checkedAt} /> },
            {
              label: "app.quality.asked",
              align: "right",
              cell: ({ rowCount }) => <Count value={rowCount} />,
            },
            { label: "app.quality.found", align: "right", cell: (result) => <Found result={result} /> },
          ]}
        />
      }
    />
  );
}

interface FailingProps {
  datasetId: string;
  check: string | undefined;
  rule: string;
  fields: string[];
}

/** The first rows that failed the rule in a check. */
export function Failing({ datasetId, check, rule, fields }: FailingProps) {
  const translate = useTranslate();
  const rows = useFailingRows(datasetId, check, rule);
  if (!rows || rows.length === 0) return null;
  return (
    <Section
      flush
      title={translate("app.quality.failing", { smart_count: rows.length })}
      hint={translate("app.quality.failing_hint")}
      actions={check && <Judge datasetId={datasetId} check={check} rule={rule} />}
    >
      <RowsTable
        rows={rows}
        fields={fields}
        label={translate("app.quality.failing", { smart_count: rows.length })}
      />
    </Section>
  );
}

interface Props {
  dataset: QualityDataset;
  rule: Rule;
  results: Result[];
  fields: string[];
}

export function RuleResults({ dataset, rule, results, fields }: Props) {
  const translate = useTranslate();
  const lastFailed = results.find(({ passed, failures }) => !passed || Number(failures) > 0);
  return (
    <Stack spacing={2}>
      <ResultTrend results={results} title={translate("app.quality.rule.results")} />
      {lastFailed && (
        <Failing datasetId={dataset.id} check={lastFailed.checkId} rule={rule.name} fields={fields} />
      )}
    </Stack>
  );
}
