/**
 * Great Expectations suites (JSON, of 0.x and 1.x) and rules, for the kinds that both know. What a suite has no word for
 * (severity, action, thresholds by count) travels in an expectation's `meta.cadastre`.
 */
import { z } from "zod";
import { AppError } from "../errors.ts";
import { fieldsOf, ownSettings, type Rule, ruleName, type Skipped } from "./rule.ts";

const MAX_EXPECTATIONS = 1000;
const suiteShape = z.looseObject({
  expectations: z
    .array(
      z.looseObject({
        type: z.string().optional(),
        expectation_type: z.string().optional(),
        kwargs: z.record(z.string(), z.unknown()),
        meta: z.record(z.string(), z.unknown()).nullish(),
      }),
    )
    .max(MAX_EXPECTATIONS),
});

type Kwargs = Record<string, unknown>;
type Known = Pick<Rule, "kind" | "parameters"> & { fields: string[]; share?: number };

const bounds = (kwargs: Kwargs): Record<string, unknown> => ({
  ...(kwargs.min_value != null ? { min: kwargs.min_value } : {}),
  ...(kwargs.max_value != null ? { max: kwargs.max_value } : {}),
});
const limits = (rule: Rule): Kwargs => ({
  ...(rule.parameters?.min != null ? { min_value: rule.parameters.min } : {}),
  ...(rule.parameters?.max != null ? { max_value: rule.parameters.max } : {}),
});

/** A pattern here is matched whole, an expectation's from the beginning. */
function wholePattern(regex: string): string {
  const open = regex.replace(/^\^/, "");
  return /(^|[^\\])\$$/.test(open) ? open.slice(0, -1) : `${open}.*`;
}

const TYPES: Record<string, string> = {
  integer: "integer",
  int: "integer",
  int64: "bigint",
  bigint: "bigint",
  numeric: "numeric",
  float: "numeric",
  float64: "numeric",
  decimal: "numeric",
  date: "date",
  timestamptz: "timestamptz",
  timestamp: "timestamptz",
  datetime: "timestamptz",
  boolean: "boolean",
  bool: "boolean",
  uuid: "uuid",
};

/** null: known by name, but not what a rule here could say. undefined: not known. */
function read(type: string, k: Kwargs, dataset: string | undefined): Known | null | undefined {
  const column = typeof k.column === "string" ? [k.column] : [];
  switch (type) {
    case "expect_column_values_to_not_be_null":
      return { kind: "required", fields: column };
    case "expect_column_values_to_be_of_type": {
      const named = TYPES[String(k.type_).toLowerCase()];
      return named ? { kind: "type", fields: column, parameters: { type: named } } : null;
    }
    case "expect_column_values_to_be_between":
      return k.strict_min || k.strict_max ? null : { kind: "range", fields: column, parameters: bounds(k) };
    case "expect_column_value_lengths_to_be_between":
      return { kind: "length", fields: column, parameters: bounds(k) };
    case "expect_column_value_lengths_to_equal":
      return { kind: "length", fields: column, parameters: { min: k.value, max: k.value } };
    case "expect_column_values_to_match_regex":
      return { kind: "pattern", fields: column, parameters: { pattern: wholePattern(String(k.regex)) } };
    case "expect_column_values_to_match_regex_list":
      if (!Array.isArray(k.regex_list) || (k.match_on ?? "any") !== "any") return null;
      return {
        kind: "pattern",
        fields: column,
        parameters: { pattern: k.regex_list.map((r) => wholePattern(String(r))) },
      };
    case "expect_column_values_to_be_in_set":
      return Array.isArray(k.value_set)
        ? { kind: "allowed_values", fields: column, parameters: { values: k.value_set.map(String) } }
        : null;
    case "expect_column_values_to_be_unique":
      return { kind: "uniqueness", fields: column };
    case "expect_compound_columns_to_be_unique":
      return { kind: "uniqueness", fields: (k.column_list as string[]) ?? [] };
    case "expect_column_pair_values_to_be_equal":
      return {
        kind: "comparison",
        fields: [String(k.column_A), String(k.column_B)],
        parameters: { operator: "=" },
      };
    case "expect_column_pair_values_a_to_be_greater_than_b":
      return {
        kind: "comparison",
        fields: [String(k.column_A), String(k.column_B)],
        parameters: { operator: k.or_equal ? ">=" : ">" },
      };
    case "expect_table_row_count_to_be_between":
      return { kind: "row_count", fields: [], parameters: bounds(k) };
    case "expect_table_row_count_to_equal":
      return { kind: "row_count", fields: [], parameters: { min: k.value, max: k.value } };
    case "expect_column_proportion_of_non_null_values_to_be_between":
      return {
        kind: "null_share",
        fields: column,
        parameters: {
          ...(typeof k.max_value === "number" ? { min: round(1 - k.max_value) } : {}),
          ...(typeof k.min_value === "number" ? { max: round(1 - k.min_value) } : {}),
        },
      };
    case "expect_column_mean_to_be_between":
      return { kind: "mean", fields: column, parameters: bounds(k) };
    case "expect_column_unique_value_count_to_be_between":
      return { kind: "distinct_count", fields: column, parameters: bounds(k) };
    case "unexpected_rows_expectation":
      return typeof k.unexpected_rows_query === "string"
        ? { kind: "sql", fields: [], parameters: { query: named(k.unexpected_rows_query, dataset) } }
        : null;
    default:
      return undefined;
  }
}

/** Shares are told in parts of a million, as everywhere here. */
const round = (share: number): number => Math.round(share * 1e6) / 1e6;

/** A suite speaks of its table as {batch}; rules of a dataset by its name. */
const named = (query: string, dataset: string | undefined): string =>
  dataset === undefined ? query : query.replaceAll("{batch}", dataset);

/** A suite's expectations as rules, and those that have no like here. Error: AppError BAD_INPUT. */
export function fromGreatExpectations(
  content: unknown,
  dataset?: string,
): { rules: Rule[]; skipped: Skipped[] } {
  const suite = suiteShape.safeParse(content);
  if (!suite.success)
    throw new AppError("BAD_INPUT", "this is not a Great Expectations suite", {
      hint: z.prettifyError(suite.error),
    });
  const taken = new Set<string>();
  const rules: Rule[] = [];
  const skipped: Skipped[] = [];
  for (const one of suite.data.expectations) {
    const type = one.type ?? one.expectation_type ?? "";
    const known = read(type, one.kwargs, dataset);
    if (!known) {
      skipped.push({
        what: type,
        why: known === null ? "asks for more than a rule of its kind can" : "has no kind of rule here",
      });
      continue;
    }
    const remarks = one.meta?.cadastre as { name?: unknown } | undefined;
    const own = ownSettings(remarks);
    const { mostly } = one.kwargs;
    rules.push({
      ...known,
      ...(typeof mostly === "number" && mostly < 1 ? { max_share: round(1 - mostly) } : {}),
      ...own,
      name: ruleName(
        [typeof remarks?.name === "string" ? remarks.name : [...known.fields, known.kind].join("_")],
        taken,
      ),
    });
  }
  return { rules, skipped };
}

/** A rule as an expectation's type and arguments; null where there is none. */
function write(rule: Rule): [string, Kwargs] | null {
  const fields = fieldsOf(rule);
  const p = rule.parameters ?? {};
  const column = { column: fields[0] };
  switch (rule.kind) {
    case "required":
      return ["expect_column_values_to_not_be_null", column];
    case "type":
      return ["expect_column_values_to_be_of_type", { ...column, type_: p.type }];
    case "range":
      return "type" in p ? null : ["expect_column_values_to_be_between", { ...column, ...limits(rule) }];
    case "length":
      return ["expect_column_value_lengths_to_be_between", { ...column, ...limits(rule) }];
    case "pattern":
      return Array.isArray(p.pattern)
        ? [
            "expect_column_values_to_match_regex_list",
            { ...column, regex_list: p.pattern.map((one) => `^${one}$`), match_on: "any" },
          ]
        : ["expect_column_values_to_match_regex", { ...column, regex: `^${String(p.pattern)}$` }];
    case "allowed_values":
      return ["expect_column_values_to_be_in_set", { ...column, value_set: p.values }];
    case "uniqueness":
      return fields.length === 1
        ? ["expect_column_values_to_be_unique", column]
        : ["expect_compound_columns_to_be_unique", { column_list: fields }];
    case "comparison":
      return compare(fields, p);
    case "row_count":
      return ["expect_table_row_count_to_be_between", limits(rule)];
    case "null_share":
      return [
        "expect_column_proportion_of_non_null_values_to_be_between",
        {
          ...column,
          ...(typeof p.max === "number" ? { min_value: round(1 - p.max) } : {}),
          ...(typeof p.min === "number" ? { max_value: round(1 - p.min) } : {}),
        },
      ];
    case "mean":
      return "type" in p ? null : ["expect_column_mean_to_be_between", { ...column, ...limits(rule) }];
    case "sql":
      return (p.returns ?? "rows") === "rows"
        ? ["unexpected_rows_expectation", { unexpected_rows_query: p.query }]
        : null;
    case "distinct_count":
      return ["expect_column_unique_value_count_to_be_between", { ...column, ...limits(rule) }];
    default:
      return null;
  }
}

function compare([a, b]: string[], p: Record<string, unknown>): [string, Kwargs] | null {
  if (b === undefined || "type" in p) return null;
  if (p.operator === "=") return ["expect_column_pair_values_to_be_equal", { column_A: a, column_B: b }];
  const [first, second] = String(p.operator).startsWith("<") ? [b, a] : [a, b];
  if (!["<", "<=", ">", ">="].includes(String(p.operator))) return null;
  return [
    "expect_column_pair_values_a_to_be_greater_than_b",
    { column_A: first, column_B: second, or_equal: String(p.operator).endsWith("=") },
  ];
}

/** Rules as a suite of 1.x. `mostly` is told where a rule has a share. */
export function toGreatExpectations(
  name: string,
  rules: readonly Rule[],
): { suite: unknown; skipped: Skipped[] } {
  const skipped: Skipped[] = [];
  const expectations: unknown[] = [];
  for (const rule of rules) {
    const written = write(rule);
    if (!written) {
      skipped.push({ what: rule.name, why: `${rule.kind} has no expectation that says it` });
      continue;
    }
    const {
      kind: _kind,
      field: _field,
      fields: _fields,
      parameters: _parameters,
      confidence: _confidence,
      evidence: _evidence,
      ...own
    } = rule;
    const rows = !["row_count", "null_share", "mean", "distinct_count", "sql"].includes(rule.kind);
    const mostly = rows && rule.max_share ? { mostly: round(1 - rule.max_share) } : {};
    expectations.push({ type: written[0], kwargs: { ...written[1], ...mostly }, meta: { cadastre: own } });
  }
  return { suite: { name, expectations, meta: { great_expectations_version: "1.11.3" } }, skipped };
}
