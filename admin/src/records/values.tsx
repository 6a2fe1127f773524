/** Values of a dataset's columns: shown exactly, edited as text, sent as the type that the API wants. */
import { Box } from "@mui/material";
import type { ReactNode } from "react";
import { typedText } from "../components/zone.ts";
import { type Column, toScalar } from "../providers/records.ts";

const NUMERIC = /^(integer|bigint|numeric)/;
export const isNumeric = (type: string): boolean => NUMERIC.test(type);

const MAX_SHOWN = 120;

/** A moment to the second, in the zone that is chosen, sortable by eye. */
function localMoment(value: string): string {
  return Number.isNaN(new Date(value).getTime()) ? value : typedText(value).replace("T", " ");
}

/** The value as one line of text; null for null. Numbers are not grouped: a year is not 1,998. */
export function textOf(value: unknown, type: string): string | null {
  if (value === null || value === undefined) return null;
  if (type === "timestamptz") return localMoment(String(value));
  if (Array.isArray(value)) return value.join(", ");
  if (typeof value === "object") return JSON.stringify(value);
  return String(value);
}

export function Value({
  value,
  type,
  whole = false,
}: {
  value: unknown;
  type: string;
  whole?: boolean;
}): ReactNode {
  const text = textOf(value, type);
  if (text === null) {
    return (
      <Box component="span" sx={{ color: "text.secondary" }} title="null">
        –
      </Box>
    );
  }
  const cut = !whole && text.length > MAX_SHOWN;
  return (
    <Box
      component="span"
      title={cut ? text : undefined}
      sx={{
        overflowWrap: "anywhere",
        // Text from right to left does not turn what stands beside it.
        unicodeBidi: "plaintext",
        fontVariantNumeric: isNumeric(type) ? "tabular-nums" : undefined,
      }}
    >
      {cut ? `${text.slice(0, MAX_SHOWN)}…` : text}
    </Box>
  );
}

/** The value as the text that an input holds. */
export function inputText(value: unknown, type: string): string {
  if (value === null || value === undefined) return "";
  if (type === "text[]" && Array.isArray(value)) return value.join("\n");
  if (type === "jsonb") return JSON.stringify(value, null, 2);
  return String(value);
}

/** What an input's text means; an emptied input is null. Throws SyntaxError for JSON that is none. */
export function fromInput(text: string, column: Column): unknown {
  if (text === "") return null;
  if (column.type === "text[]") return text.split("\n");
  if (column.type === "jsonb") return JSON.parse(text);
  return toScalar(column.scalar, text);
}
