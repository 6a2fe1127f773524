import SeriesIcon from "@mui/icons-material/SsidChartOutlined";
import { Box, Button, ListSubheader, MenuItem, Stack, TextField } from "@mui/material";
import { useState } from "react";
import { useTranslate } from "react-admin";
import { PlainTable } from "../access/PlainTable.tsx";
import { useColumns } from "../access/useDatasets.ts";
import { useMayOn } from "../access/useMayOn.ts";
import { ChartSection } from "../components/charts/ChartSection.tsx";
import { LineChart } from "../components/charts/LineChart.tsx";
import { EmptyState } from "../components/EmptyState.tsx";
import { Count, Moment } from "../components/Figures.tsx";
import { formatNumber } from "../components/format.ts";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { Section } from "../components/Section.tsx";
import { useLanguage } from "../components/useLanguage.ts";
import { problemOf } from "../providers/errors.ts";
import type { PartProps } from "../quality/Room.tsx";
import { ExpectedDialog } from "./ExpectedDialog.tsx";
import { FeedbackList } from "./FeedbackList.tsx";
import {
  type Asked,
  type Episode,
  type Found,
  isOfLoads,
  OF_LOADS,
  type Scored,
  useAnomalies,
} from "./useAnomalies.ts";

const NUMBERS = /^(integer|bigint|numeric)/;
const MOMENTS = /^(date|timestamptz)/;
const FIRST: Asked = { measure: "row_count", time: "", direction: "both", sensitivity: "normal" };

const iso = (time: number): string => new Date(time).toISOString();

function Question({
  dataset,
  asked,
  onChange,
}: PartProps & { asked: Asked; onChange: (asked: Asked) => void }) {
  const translate = useTranslate();
  const columns = useColumns(dataset.id);
  const numbers = columns.filter(({ type }) => NUMBERS.test(type));
  const moments = columns.filter(({ type }) => MOMENTS.test(type));
  const word = (key: string) => translate(`app.anomaly.${key}`);
  const choose = (measure: string) =>
    onChange({ ...asked, measure, time: isOfLoads(measure) ? "" : asked.time || (moments[0]?.name ?? "") });
  const choice = (name: "direction" | "sensitivity", all: string[], names: string) => (
    <TextField
      select
      label={word(name)}
      value={asked[name]}
      onChange={(event) => onChange({ ...asked, [name]: event.target.value })}
    >
      {all.map((one) => (
        <MenuItem key={one} value={one}>
          {translate(`app.anomaly.${names}.${one}`)}
        </MenuItem>
      ))}
    </TextField>
  );
  return (
    <Box sx={{ display: "grid", columnGap: 2, gridTemplateColumns: "repeat(auto-fit, minmax(190px, 1fr))" }}>
      <TextField
        select
        label={word("measure")}
        value={asked.measure}
        onChange={(event) => choose(event.target.value)}
      >
        <ListSubheader>{word("of_loads")}</ListSubheader>
        {OF_LOADS.map((one) => (
          <MenuItem key={one} value={one}>
            {word(one)}
          </MenuItem>
        ))}
        {moments.length > 0 && numbers.length > 0 && <ListSubheader>{dataset.name}</ListSubheader>}
        {moments.length > 0 &&
          numbers.map(({ name }) => (
            <MenuItem key={name} value={name}>
              {name}
            </MenuItem>
          ))}
      </TextField>
      {!isOfLoads(asked.measure) && (
        <TextField
          select
          label={word("time")}
          value={asked.time}
          helperText={word("time_help")}
          onChange={(event) => onChange({ ...asked, time: event.target.value })}
        >
          {moments.map(({ name }) => (
            <MenuItem key={name} value={name}>
              {name}
            </MenuItem>
          ))}
        </TextField>
      )}
      {choice("direction", ["both", "up", "down"], "directions")}
      {choice("sensitivity", ["low", "normal", "high"], "sensitivities")}
    </Box>
  );
}

/** Where the next point was expected: nothing before anything is known. */
const bandOf = (series: Scored[]) =>
  series.map(({ time, baseline, unit, threshold }) =>
    baseline === null || threshold === null
      ? null
      : { time, low: baseline - threshold * unit, high: baseline + threshold * unit },
  );

function Series({ found, measure }: { found: Found; measure: string }) {
  const translate = useTranslate();
  const locale = useLanguage();
  const number = (value: number) => formatNumber(locale, value, { maximumSignificantDigits: 6 });
  const axis = (value: number) =>
    formatNumber(locale, value, { notation: "compact", maximumFractionDigits: 2 });
  const marks = found.series.filter(({ anomaly }) => anomaly);
  const name = translate(`app.anomaly.${measure}`, { _: measure });
  return (
    <ChartSection
      title={name}
      hint={translate("app.anomaly.series_hint", { smart_count: found.points })}
      chart={
        <LineChart
          label={translate("app.anomaly.label", {
            measure: name,
            points: found.points,
            found: found.anomalies.length,
          })}
          points={found.series}
          band={bandOf(found.series)}
          marks={marks}
          height={300}
          formatValue={axis}
        />
      }
      table={
        <PlainTable
          rows={found.series.slice(-200).reverse()}
          keyOf={({ time }) => String(time)}
          empty="app.anomaly.empty"
          columns={[
            { label: "app.anomaly.when", cell: ({ time }) => <Moment at={iso(time)} /> },
            { label: "app.anomaly.value", align: "right", cell: ({ value }) => number(value) },
            {
              label: "app.anomaly.baseline",
              align: "right",
              cell: ({ baseline }) => (baseline === null ? "–" : number(baseline)),
            },
            { label: "app.anomaly.score_label", align: "right", cell: ({ score }) => number(score) },
          ]}
        />
      }
    />
  );
}

function Episodes({
  anomalies,
  onExpected,
}: {
  anomalies: Episode[];
  onExpected: ((episode: Episode) => void) | null;
}) {
  const translate = useTranslate();
  const locale = useLanguage();
  const number = (value: number) => formatNumber(locale, value, { maximumSignificantDigits: 6 });
  return (
    <Section
      flush
      title={translate("app.anomaly.found", { smart_count: anomalies.length })}
      hint={translate(anomalies.length === 0 ? "app.anomaly.few" : "app.anomaly.found_hint")}
    >
      <PlainTable
        rows={anomalies.toReversed()}
        keyOf={({ from }) => String(from)}
        empty="app.anomaly.none"
        columns={[
          { label: "app.anomaly.from", cell: ({ from }) => <Moment at={iso(from)} /> },
          { label: "app.anomaly.to", cell: ({ to }) => <Moment at={iso(to)} /> },
          { label: "app.anomaly.points", align: "right", cell: ({ points }) => <Count value={points} /> },
          {
            label: "app.anomaly.peak",
            align: "right",
            cell: ({ peak, direction }) => `${number(peak.value)} (${translate(`app.anomaly.${direction}`)})`,
          },
          { label: "app.anomaly.usual", align: "right", cell: ({ peak }) => number(peak.baseline) },
          { label: "app.anomaly.score_label", align: "right", cell: ({ peak }) => number(peak.score) },
          {
            label: null,
            cell: (episode) =>
              onExpected && (
                <Button onClick={() => onExpected(episode)}>{translate("app.anomaly.expected")}</Button>
              ),
          },
        ]}
      />
    </Section>
  );
}

/** Points of a series that do not fit, drawn with what was expected. */
export default function Anomalies({ dataset }: PartProps) {
  const translate = useTranslate();
  const [asked, setAsked] = useState(FIRST);
  const [calling, setCalling] = useState<Episode | null>(null);
  const { data: found, error } = useAnomalies(dataset.name, asked);
  const maySay = useMayOn("quality.edit", dataset.id);
  return (
    <Stack spacing={2}>
      <Section>
        <Question dataset={dataset} asked={asked} onChange={setAsked} />
      </Section>
      {error ? <ProblemAlert problem={problemOf(error)} /> : null}
      {found?.points === 0 && (
        <Section>
          <EmptyState
            icon={<SeriesIcon />}
            title={translate("app.anomaly.empty")}
            text={translate("app.anomaly.empty_text")}
          />
        </Section>
      )}
      {found && found.points > 0 && (
        <>
          <Series found={found} measure={asked.measure} />
          <Episodes anomalies={found.anomalies} onExpected={maySay ? setCalling : null} />
        </>
      )}
      <FeedbackList datasetId={dataset.id} measure={asked.measure} />
      {calling && (
        <ExpectedDialog
          datasetId={dataset.id}
          measure={asked.measure}
          moment={iso(calling.peak.time)}
          onClose={() => setCalling(null)}
        />
      )}
    </Stack>
  );
}
