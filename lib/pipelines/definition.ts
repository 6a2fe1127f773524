/** What a pipeline's definition may say; docs/reference/pipelines.md tells it to people. */
import { z } from "zod";
import { RESERVED_FIELD_NAMES } from "../contract/names.ts";
import { AppError } from "../errors.ts";
import { MAX_EXPRESSION } from "../expressions/types.ts";

export const MAX_STEPS = 50;
export const MAX_SQL = 20_000;
const MAX_FIELDS = 500;

const dataset = z
  .string()
  .regex(
    /^[a-z][a-z0-9_]{0,49}$/,
    "a dataset's name has up to 50 lower-case letters, digits and underscores",
  );
/** A column that is there. */
const column = z.string().min(1).max(63);
/** A column that is made. */
const made = z
  .string()
  .regex(/^[a-z_][a-z0-9_]{0,57}$/, "a column's name has up to 58 lower-case letters, digits and underscores")
  .refine((name) => !RESERVED_FIELD_NAMES.has(name), "this name is one of the platform's own");
const expression = z.string().min(1).max(MAX_EXPRESSION);
const sqlText = z.string().min(1).max(MAX_SQL);
/** In the expression language, or as an SQL expression. */
const formula = z.union([expression, z.strictObject({ sql: sqlText })]);
const columns = z.array(column).min(1).max(MAX_FIELDS);

const fields = <T extends z.ZodType>(key: z.ZodString, value: T) =>
  z
    .record(key, value)
    .refine(
      (r) => Object.keys(r).length > 0 && Object.keys(r).length <= MAX_FIELDS,
      `1 to ${MAX_FIELDS} fields`,
    );

const output = z.strictObject({
  dataset,
  mode: z.enum(["upsert", "snapshot", "append"]).nullish(),
  key_fields: z.array(made).max(16).nullish(),
});

const type = z
  .string()
  .regex(
    /^(text|integer|bigint|numeric|numeric\([1-9]\d{0,2},\d{1,3}\)|boolean|date|timestamptz|time|uuid|jsonb)$/,
    "types are text, integer, bigint, numeric, numeric(p,s), boolean, date, timestamptz, time, uuid, jsonb",
  );
const cast = z.union([
  type,
  z.strictObject({
    type,
    decimal: z.enum([".", ","]).optional(),
    order: z.enum(["ymd", "dmy", "mdy"]).optional(),
  }),
]);

const place = z.number().int().min(0).max(1_000_000);
const mark = z.string().length(1).nullable();

const step = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("rename"), fields: fields(z.string().min(1).max(63), made) }),
  z.strictObject({ kind: z.literal("select"), fields: columns }),
  z.strictObject({
    kind: z.literal("cast"),
    fields: fields(z.string().min(1).max(63), cast),
    on_error: z.enum(["fail", "null"]).default("fail"),
  }),
  z.strictObject({ kind: z.literal("derive"), fields: fields(made as z.ZodString, formula) }),
  z.strictObject({ kind: z.literal("filter"), where: formula }),
  z.strictObject({
    kind: z.literal("deduplicate"),
    keys: columns,
    order: z
      .array(z.strictObject({ field: column, direction: z.enum(["asc", "desc"]).default("asc") }))
      .max(16)
      .default([]),
  }),
  z.strictObject({
    kind: z.literal("split"),
    where: formula.optional(),
    output: output.optional(),
    field: column.optional(),
    separator: z.string().min(1).max(20).optional(),
    into: z.array(made).min(2).max(50).optional(),
    keep: z.boolean().default(false),
  }),
  z.strictObject({
    kind: z.literal("join"),
    dataset,
    type: z.enum(["inner", "left"]).default("left"),
    /** Column here: column there. */
    on: fields(z.string().min(1).max(63), column),
    /** New column: column there. */
    fields: fields(made as z.ZodString, column),
  }),
  z.strictObject({
    kind: z.literal("mask"),
    fields: columns,
    method: z.enum(["null", "hash", "partial", "constant"]),
    value: z.string().max(1000).optional(),
    first: z.number().int().min(0).max(1000).default(0),
    last: z.number().int().min(0).max(1000).default(0),
  }),
  z.strictObject({ kind: z.literal("sql"), sql: sqlText }),
]);

export const RANGE_TYPES = ["date", "timestamptz", "bigint"] as const;
/** A definition that can be run over a part: what is read by range, or names its edges (_range_from, _range_to). */
const range = z.strictObject({
  type: z.enum(RANGE_TYPES),
  /** Of the input dataset: only rows in whose range it lies are read. */
  field: column.optional(),
});

const flow = z.strictObject({
  kind: z.literal("flow").optional(),
  input: z.discriminatedUnion("kind", [
    z.strictObject({
      kind: z.literal("file"),
      format: z.enum(["csv", "ndjson", "json", "xml", "parquet", "xlsx", "fixed"]).optional(),
      entry: z.string().min(1).max(500).optional(),
      records: z.string().max(1000).optional(),
      element: z.string().min(1).max(500).optional(),
      sheet: z.string().min(1).max(100).optional(),
      positions: z
        .array(z.tuple([place, place]))
        .min(1)
        .max(1500)
        .optional(),
      encoding: z.string().min(1).max(40).optional(),
      delimiter: z.string().min(1).max(8).optional(),
      quote: mark.optional(),
      escape: mark.optional(),
      preambleLines: z.number().int().min(0).max(10_000).optional(),
      headerLines: z.number().int().min(0).max(10_000).optional(),
      footnoteLines: z.number().int().min(0).max(10_000).optional(),
      skipInitialSpace: z.boolean().optional(),
      trailingDelimiter: z.boolean().optional(),
      ragged: z.enum(["reject", "repair"]).optional(),
      /** What becomes of records that cannot be read. */
      bad_records: z.enum(["fail", "skip"]).optional(),
    }),
    z.strictObject({ kind: z.literal("dataset"), name: dataset }),
  ]),
  steps: z.array(step).max(MAX_STEPS).default([]),
  output,
  range: range.nullish(),
});

const model = z.strictObject({
  kind: z.literal("model"),
  sql: sqlText,
  dataset,
  materialized: z.enum(["view", "table", "incremental"]),
  key_fields: z.array(made).max(16).nullish(),
  cursor: made.nullish(),
  range: range.omit({ field: true }).nullish(),
});

export type Output = z.infer<typeof output>;
export type Step = z.infer<typeof step>;
export type Flow = z.infer<typeof flow>;
export type FileInput = Extract<Flow["input"], { kind: "file" }>;
export type Model = z.infer<typeof model>;
export type Definition = Flow | Model;
export type RangeType = (typeof RANGE_TYPES)[number];

function isModel(value: unknown): boolean {
  return typeof value === "object" && value !== null && "kind" in value && value.kind === "model";
}

/** Errors: AppError IN060 naming the place. */
export function readDefinition(value: unknown): Definition {
  const parsed = isModel(value) ? model.safeParse(value) : flow.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    const where = issue.path.join(".");
    throw new AppError("IN060", where ? `${where}: ${issue.message}` : issue.message, {
      hint: "See docs/reference/pipelines.md, or begin from a template.",
      ...(where ? { field: where } : {}),
    });
  }
  const definition: Definition = parsed.data;
  if (definition.kind !== "model") definition.steps.forEach(checkSplit);
  return definition;
}

/** A split is of rows or of a field, and whole. */
function checkSplit(step: Step, index: number): void {
  if (step.kind !== "split") return;
  const rows = step.where !== undefined && step.output !== undefined;
  const field = step.field !== undefined && step.separator !== undefined && step.into !== undefined;
  if (rows !== field && (rows ? step.field === undefined : step.where === undefined)) return;
  throw new AppError(
    "IN060",
    `steps.${index}: a split has either where and output, or field, separator and into`,
    {
      hint: "Rows that meet where go to output; or a field's parts go into new ones.",
      field: `steps.${index}`,
    },
  );
}
