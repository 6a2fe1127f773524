/** Datasets, rules of every kind, and what may come between two checks, as the tests of carried checks draw them. */
import fc from "fast-check";

export const FIELDS = [
  { name: "k", type: "integer" },
  { name: "a", type: "integer" },
  { name: "b" },
  { name: "m", type: "numeric" },
  { name: "d", type: "date" },
  { name: "t", type: "timestamptz" },
  { name: "s" },
];
export const rule = (
  name: string,
  kind: string,
  fields: string[],
  parameters: object = {},
  more: object = {},
) => ({
  name,
  kind,
  fields,
  parameters,
  ...more,
});
export const rules = (other: string) => [
  rule("a_there", "required", ["a"]),
  rule("a_low", "range", ["a"], { max: 3 }, { max_failures: 2 }),
  rule("d_past", "range", ["d"], { max: "2026-01-01" }),
  rule("d_today", "range", ["d"], { max: "today" }),
  rule("s_date", "type", ["s"], { type: "date" }),
  rule("s_after", "range", ["s"], { min: "2024-01-01", type: "date" }),
  rule("b_short", "length", ["b"], { max: 1 }, { scope: "dataset" }),
  rule("b_plain", "pattern", ["b"], { pattern: "[a-b]*" }),
  rule("b_listed", "allowed_values", ["b"], { values: ["a", "b", "ab"] }),
  rule("d_not_future", "not_in_future", ["d"]),
  rule("t_not_future", "not_in_future", ["t"]),
  rule("s_not_future", "not_in_future", ["s"]),
  rule("a_le_k", "comparison", ["a", "k"], { operator: "<=" }),
  rule("b_known", "reference", ["b"], { dataset: other, field: "b" }),
  rule("b_once", "uniqueness", ["b"], {}, { scope: "dataset" }),
  rule("ab_once", "uniqueness", ["a", "b"]),
  rule("b_gives_a", "functional_dependency", ["b"], { to: "a" }, { scope: "dataset" }),
  rule("each_gives_s", "functional_dependency", ["a", "b"], { to: "s", deciders: "each" }),
  rule("some_rows", "row_count", [], { min: 3 }, { scope: "dataset" }),
  rule("steady", "row_count_change", [], { max_decrease: 0.1 }),
  rule("b_blank", "null_share", ["b"], { max: 0.2 }, { scope: "dataset" }),
  rule("m_mean", "mean", ["m"], { max: 4 }, { scope: "dataset" }),
  rule("m_values", "distinct_count", ["m"], { min: 2 }),
  rule("d_values", "distinct_count", ["d"], { max: 3 }, { scope: "dataset" }),
  rule("t_fresh", "freshness", ["t"], { max_hours: 1 }),
  rule("d_fresh", "freshness", ["d"], { max_hours: 1 }),
  rule("as_many", "reconciliation", [], { dataset: other, tolerance: 0.5 }),
  rule("as_much", "reconciliation", ["m"], { dataset: other, measure: "sum", field: "m", tolerance: 0.5 }),
];
/** In scope dataset, and of the rows alone: what a load found is what is there after it. */
export const AT_LOADS = ["b_short", "b_once", "b_gives_a", "some_rows", "b_blank", "m_mean", "d_values"];

const row = fc.record({
  k: fc.integer({ min: 1, max: 12 }),
  a: fc.option(fc.integer({ min: 0, max: 5 }), { freq: 6 }),
  b: fc.constantFrom("a", "b", "ab", "c", ""),
  m: fc.constantFrom("1", "1.0", "2.50", "7", ""),
  d: fc.constantFrom("2024-05-01", "2025-12-31", "2026-06-01", "2999-01-01", ""),
  // A moment that is no future one any more at one of the next checks.
  t: fc.constantFrom("soon", "2024-01-01T00:00:00Z", "2025-01-01T00:00:00Z", "2999-01-01T00:00:00Z"),
  s: fc.constantFrom("2024-02-01", "2023-01-01", "tomorrow", "none", ""),
});
export type Row = typeof row extends fc.Arbitrary<infer T> ? T : never;
export const rows = fc.uniqueArray(row, { selector: (r) => r.k, minLength: 1, maxLength: 12 });
const pick = fc.nat(1000);
export const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      what: fc.constant("load" as const),
      rows,
      mode: fc.constantFrom("upsert" as const, "snapshot" as const),
    }),
  },
  { weight: 3, arbitrary: fc.record({ what: fc.constant("edit" as const), row, pick }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant("insert" as const), row }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant("delete" as const), pick }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant("restore" as const), pick }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant("undo" as const), pick }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant("other" as const), rows }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant("erase" as const), pick }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant("contract" as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({ what: fc.constant("rule" as const), max: fc.integer({ min: 1, max: 5 }) }),
  },
  { weight: 1, arbitrary: fc.record({ what: fc.constant("settings" as const) }) },
);
export type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

export interface Checked {
  check: string;
  rows: number;
  carried: number;
  results: { rule_name: string }[];
}
export interface Ground {
  name: string;
  other: string;
  id: string;
  keyed: boolean;
  zone: string;
  added: number;
}

let soon = 0;
export const text = (list: Row[]): string =>
  `k,a,b,m,d,t,s\n${list
    .map((r) => {
      const t = r.t === "soon" ? new Date(Date.now() + 100 * (soon++ % 9)).toISOString() : r.t;
      return [r.k, r.a ?? "", r.b, r.m, r.d, t, r.s].join(",");
    })
    .join("\n")}\n`;
