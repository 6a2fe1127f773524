import { Box, Typography } from "@mui/material";
import { useTranslate } from "react-admin";
import { DiffSide } from "../components/DiffSide.tsx";

type Values = Record<string, unknown>;

const isValues = (value: unknown): value is Values =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const textOf = (value: unknown): string | null => {
  if (value === null || value === undefined) return null;
  return typeof value === "string" ? value : JSON.stringify(value, null, 1);
};

const GRID = {
  m: 0,
  display: "grid",
  gridTemplateColumns: "minmax(110px, max-content) 1fr",
  columnGap: 2,
  rowGap: 1,
} as const;

/** What was and what is, name by name; null where an event tells no such thing. */
export function differenceOf(detail: Values): { name: string; before: unknown; after: unknown }[] | null {
  const { before, after } = detail;
  if (!isValues(before) && !isValues(after)) return null;
  const was = isValues(before) ? before : {};
  const becomes = isValues(after) ? after : {};
  const names = [...new Set([...Object.keys(was), ...Object.keys(becomes)])].sort();
  return names
    .map((name) => ({ name, before: was[name], after: becomes[name] }))
    .filter((one) => JSON.stringify(one.before) !== JSON.stringify(one.after));
}

export function Difference({ detail }: { detail: Values }) {
  const found = differenceOf(detail);
  const translate = useTranslate();
  if (!found) return null;
  if (found.length === 0) return <Typography>{translate("app.record.no_difference")}</Typography>;
  return (
    <Box component="dl" sx={GRID}>
      {found.map(({ name, before, after }) => (
        <Box key={name} sx={{ display: "contents" }}>
          <Typography component="dt" variant="body2" color="textSecondary" sx={{ fontFamily: "monospace" }}>
            {name}
          </Typography>
          <Typography component="dd" variant="body2" sx={{ m: 0, whiteSpace: "pre-wrap" }}>
            <DiffSide sign="−" text={textOf(before)} tone="error" />
            <DiffSide sign="+" text={textOf(after)} tone="success" />
          </Typography>
        </Box>
      ))}
    </Box>
  );
}

/** What else the event tells. */
export function Details({ detail }: { detail: Values }) {
  const translate = useTranslate();
  const isDifference = differenceOf(detail) !== null;
  const rest = Object.entries(detail).filter(
    ([name]) => !isDifference || (name !== "before" && name !== "after"),
  );
  if (rest.length === 0)
    return isDifference ? null : (
      <Typography color="textSecondary">{translate("app.audit.no_detail")}</Typography>
    );
  return (
    <Box component="dl" sx={GRID}>
      {rest.map(([name, value]) => (
        <Box key={name} sx={{ display: "contents" }}>
          <Typography component="dt" variant="body2" color="textSecondary" sx={{ fontFamily: "monospace" }}>
            {name}
          </Typography>
          <Typography
            component="dd"
            variant="body2"
            sx={{ m: 0, whiteSpace: "pre-wrap", overflowWrap: "anywhere", fontFamily: "monospace" }}
          >
            {textOf(value) ?? "–"}
          </Typography>
        </Box>
      ))}
    </Box>
  );
}
