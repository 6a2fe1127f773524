/** How a file is to be read, as the command line says it; docs/reference/formats.md has what each means. */
import type { ParseArgsOptionsConfig } from "node:util";
import { z } from "zod";
import type { Reading } from "../worker/readers/index.ts";
import { fail } from "./command.ts";

export const READING_USAGE =
  "[--format csv|ndjson|json|xml|parquet|xlsx|fixed] [--entry <name>] [--records <path>] [--element <path>] [--sheet <name>] [--positions 0-5,5-12] [--locale de-DE] [--decimal ,] [--date-order dmy|mdy|ymd] [--delimiter <c>] [--encoding <name>]";

const text = { type: "string" } as const;

export const READING_OPTIONS = {
  format: text,
  entry: text,
  records: text,
  element: text,
  sheet: text,
  positions: text,
  locale: text,
  decimal: text,
  "date-order": text,
  delimiter: text,
  encoding: text,
} satisfies ParseArgsOptionsConfig;

const shape = z.object({
  format: z.enum(["csv", "ndjson", "json", "xml", "parquet", "xlsx", "fixed"]).optional(),
  entry: z.string().optional(),
  records: z.string().optional(),
  element: z.string().optional(),
  sheet: z.string().optional(),
  positions: z
    .string()
    .regex(/^\d+-\d+(?:,\d+-\d+)*$/, "write it as 0-5,5-12")
    .transform((value) => value.split(",").map((part) => part.split("-").map(Number) as [number, number]))
    .optional(),
  locale: z.string().optional(),
  decimal: z.enum([".", ","]).optional(),
  "date-order": z.enum(["dmy", "mdy", "ymd"]).optional(),
  delimiter: z.string().optional(),
  encoding: z.string().optional(),
});

/** What of a command's options says how to read; empty where nothing does. */
export function readingOf(
  values: Partial<Record<keyof typeof READING_OPTIONS, string | undefined>>,
): Reading {
  const parsed = shape.safeParse(values);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    fail("USAGE", `--${issue.path.join(".")}: ${issue.message}`);
  }
  const { "date-order": dateOrder, ...rest } = parsed.data;
  const given = Object.entries({ ...rest, dateOrder }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as Reading;
}
