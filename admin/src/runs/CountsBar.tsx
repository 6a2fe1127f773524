import { Box, Stack, Typography, useTheme } from "@mui/material";
import { useTranslate } from "react-admin";
import { Count } from "../components/Figures.tsx";
import { toNumber } from "../components/format.ts";
import { type OutcomeColours, outcomeColours } from "../theme.ts";
import type { Run } from "./types.ts";

const OUTCOMES: { name: keyof OutcomeColours; of: (run: Run) => number }[] = [
  { name: "inserted", of: (run) => toNumber(run.insertedRows) },
  { name: "updated", of: (run) => toNumber(run.updatedRows) },
  { name: "unchanged", of: (run) => toNumber(run.unchangedRows) },
  { name: "rejected", of: (run) => toNumber(run.rejectedRows) },
  { name: "duplicate", of: (run) => toNumber(run.duplicateRows) },
];

/** Few rows among many must still be seen. */
const LEAST_WIDTH = 3;

/** What became of every row that was read: one bar whose parts add up. */
export function CountsBar({ run, height = 16 }: { run: Run; height?: number }) {
  const translate = useTranslate();
  const colours = outcomeColours[useTheme().palette.mode];
  const parts = OUTCOMES.map(({ name, of }) => ({ name, count: of(run) })).filter((part) => part.count > 0);
  const label = parts.map((part) => `${translate(`app.run.counts.${part.name}`)} ${part.count}`).join(", ");
  return (
    <Box
      role="img"
      aria-label={label || translate("app.run.counts.none")}
      sx={{
        display: "flex",
        gap: "2px",
        height,
        borderRadius: 1,
        overflow: "hidden",
        bgcolor: "action.hover",
      }}
    >
      {parts.map((part) => (
        <Box
          key={part.name}
          title={`${translate(`app.run.counts.${part.name}`)}: ${part.count}`}
          sx={{ flexGrow: part.count, minWidth: LEAST_WIDTH, bgcolor: colours[part.name] }}
        />
      ))}
    </Box>
  );
}

function Figure({ name, value, colour }: { name: string; value: unknown; colour?: string }) {
  const translate = useTranslate();
  return (
    <Box sx={{ minWidth: 92 }}>
      <Typography component="dt" variant="body2" color="textSecondary">
        {colour && (
          <Box
            component="span"
            aria-hidden
            sx={{
              display: "inline-block",
              width: 10,
              height: 10,
              mr: 0.75,
              borderRadius: "2px",
              bgcolor: colour,
            }}
          />
        )}
        {translate(`app.run.counts.${name}`)}
      </Typography>
      <Typography component="dd" sx={{ m: 0, fontSize: "1.35rem", fontWeight: 650, lineHeight: 1.3 }}>
        <Count value={value} />
      </Typography>
    </Box>
  );
}

/** The bar with its figures: read = inserted + updated + unchanged + rejected + duplicate; deletions stand apart. */
export function Counts({ run }: { run: Run }) {
  const colours = outcomeColours[useTheme().palette.mode];
  return (
    <Stack spacing={2}>
      <CountsBar run={run} />
      <Stack component="dl" direction="row" useFlexGap sx={{ flexWrap: "wrap", gap: 3, m: 0 }}>
        <Figure name="read" value={run.readRows} />
        {OUTCOMES.map(({ name, of }) => (
          <Figure key={name} name={name} value={of(run)} colour={colours[name]} />
        ))}
        {toNumber(run.deletedRows) > 0 && <Figure name="deleted" value={run.deletedRows} />}
      </Stack>
    </Stack>
  );
}
