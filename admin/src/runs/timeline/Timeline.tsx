import { Box, Button, Stack, Typography } from "@mui/material";
import { useState } from "react";
import { useTranslate } from "react-admin";
import { PlainTable } from "../../access/PlainTable.tsx";
import { formatDuration } from "../../components/format.ts";
import { Section } from "../../components/Section.tsx";
import { useLanguage } from "../../components/useLanguage.ts";
import type { Run, RunStep } from "../types.ts";
import { type Bar, type Bars, barsOf } from "./bars.ts";

const COLOURS: Record<string, string> = {
  succeeded: "success.main",
  failed: "error.main",
  running: "info.main",
};
const TICKS = 4;
/** A step of a millisecond is still to be seen. */
const LEAST_WIDTH = "3px";

const hatched = {
  backgroundImage: (theme: { palette: { text: { secondary: string } } }) =>
    `repeating-linear-gradient(135deg, ${theme.palette.text.secondary} 0 1.5px, transparent 1.5px 6px)`,
  border: 1,
  borderColor: "text.secondary",
  opacity: 0.7,
} as const;

function Span({ from, to, length, look }: { from: number; to: number; length: number; look: object }) {
  return (
    <Box
      sx={{
        position: "absolute",
        top: 4,
        bottom: 4,
        left: `${(from / length) * 100}%`,
        width: `${((to - from) / length) * 100}%`,
        minWidth: LEAST_WIDTH,
        borderRadius: "3px",
        ...look,
      }}
    />
  );
}

function Track({ label, took, children }: { label: string; took: string; children: React.ReactNode }) {
  return (
    <>
      <Typography variant="body2" sx={{ whiteSpace: "nowrap" }}>
        {label}
      </Typography>
      <Box sx={{ position: "relative", height: 24, borderBottom: 1, borderColor: "divider" }}>{children}</Box>
      <Typography
        variant="body2"
        color="textSecondary"
        sx={{ textAlign: "right", whiteSpace: "nowrap", fontVariantNumeric: "tabular-nums" }}
      >
        {took}
      </Typography>
    </>
  );
}

function useWords() {
  const translate = useTranslate();
  const locale = useLanguage();
  return {
    nameOf: ({ step, attempt }: Bar) =>
      `${translate(`app.run.step.${step}`)}${attempt > 1 ? ` · ${translate("app.run.attempt", { attempt })}` : ""}`,
    time: (milliseconds: number) => formatDuration(locale, milliseconds),
    translate,
  };
}

function Axis({ length }: { length: number }) {
  const { time } = useWords();
  return (
    <>
      <span />
      <Box sx={{ display: "flex", justifyContent: "space-between" }}>
        {Array.from({ length: TICKS + 1 }, (_none, tick) => (
          <Typography key={tick} variant="caption" color="textSecondary">
            {time((length / TICKS) * tick)}
          </Typography>
        ))}
      </Box>
      <span />
    </>
  );
}

function Chart({ bars, waiting, length, run }: Bars & { run: Run }) {
  const { nameOf, time, translate } = useWords();
  const told = bars.map(
    (bar) => `${nameOf(bar)}: ${translate(`app.run.step_state.${bar.status}`)}, ${time(bar.to - bar.from)}`,
  );
  return (
    <Box
      role="img"
      aria-label={told.join("; ")}
      sx={{ display: "grid", gridTemplateColumns: "auto 1fr auto", columnGap: 1.5, alignItems: "center" }}
    >
      {bars.map((bar) => (
        <Track key={`${bar.step} ${bar.attempt}`} label={nameOf(bar)} took={time(bar.to - bar.from)}>
          {bar.waitedFrom !== null && (
            <Span from={bar.waitedFrom} to={bar.from} length={length} look={hatched} />
          )}
          <Span
            from={bar.from}
            to={bar.to}
            length={length}
            look={{ bgcolor: COLOURS[bar.status] ?? "text.secondary" }}
          />
        </Track>
      ))}
      {waiting && (
        <Track label={translate(`app.run.status.${run.status}`)} took={time(waiting.to - waiting.from)}>
          <Span from={waiting.from} to={waiting.to} length={length} look={hatched} />
        </Track>
      )}
      <Axis length={length} />
    </Box>
  );
}

function Legend() {
  const translate = useTranslate();
  const entries = [
    ...Object.entries(COLOURS).map(([name, bgcolor]) => ({ name, look: { bgcolor } })),
    { name: "waited", look: hatched },
  ];
  return (
    <Stack direction="row" spacing={2} useFlexGap sx={{ flexWrap: "wrap", mt: 1 }} aria-hidden>
      {entries.map(({ name, look }) => (
        <Stack key={name} direction="row" spacing={0.75} sx={{ alignItems: "center" }}>
          <Box sx={{ width: 18, height: 10, borderRadius: "2px", ...look }} />
          <Typography variant="caption" color="textSecondary">
            {translate(`app.ingest.timeline.${name}`)}
          </Typography>
        </Stack>
      ))}
    </Stack>
  );
}

/** What the run spent its time on, attempt by attempt; the same as a table for whoever reads better so. */
export function Timeline({ run, steps }: { run: Run; steps: RunStep[] }) {
  const { nameOf, time, translate } = useWords();
  const [asTable, setAsTable] = useState(false);
  const all = barsOf(run, steps);
  if (all.bars.length === 0) return null;
  return (
    <Section
      title={translate("app.ingest.timeline.title")}
      flush={asTable}
      actions={
        <Button onClick={() => setAsTable(!asTable)} aria-pressed={asTable}>
          {translate(asTable ? "app.ingest.timeline.as_chart" : "app.ingest.timeline.as_table")}
        </Button>
      }
    >
      {asTable ? (
        <PlainTable
          rows={all.bars}
          keyOf={({ step, attempt }) => `${step} ${attempt}`}
          empty="app.ingest.none"
          columns={[
            { label: "app.ingest.timeline.step", cell: nameOf },
            {
              label: "app.run.status.label",
              cell: ({ status }) => translate(`app.run.step_state.${status}`),
            },
            { label: "app.ingest.timeline.begun", align: "right", cell: ({ from }) => time(from) },
            {
              label: "app.ingest.timeline.waited",
              align: "right",
              cell: ({ from, waitedFrom }) => (waitedFrom === null ? "–" : time(from - waitedFrom)),
            },
            { label: "app.run.took", align: "right", cell: ({ from, to }) => time(to - from) },
          ]}
        />
      ) : (
        <>
          <Chart {...all} run={run} />
          <Legend />
        </>
      )}
    </Section>
  );
}
