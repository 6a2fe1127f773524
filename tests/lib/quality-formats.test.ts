/** Suites and checks of other tools come in as rules, and rules that both know go out and come back the same. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromGreatExpectations, toGreatExpectations } from "../../lib/quality/great-expectations.ts";
import type { Rule } from "../../lib/quality/rule.ts";
import { fromSoda, toSoda } from "../../lib/quality/soda.ts";

const word = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/);
const whole = fc.integer({ min: 0, max: 1000 });
const share = fc.integer({ min: 1, max: 99 }).map((n) => n / 100);
const span = fc.tuple(whole, whole).map(([a, b]) => ({ min: Math.min(a, b), max: Math.max(a, b) }));
const open = fc.oneof(
  span,
  whole.map((min) => ({ min })),
  whole.map((max) => ({ max })),
);

const one = (
  kind: string,
  parameters: fc.Arbitrary<Record<string, unknown>> | null,
  extra: fc.Arbitrary<object> = fc.constant({}),
) =>
  fc
    .tuple(word, parameters ?? fc.constant(undefined), extra)
    .map(([field, p, more]) => ({ kind, fields: [field], ...(p ? { parameters: p } : {}), ...more }));
const both: fc.Arbitrary<Omit<Rule, "name">>[] = [
  one("required", null),
  one(
    "range",
    open,
    fc.oneof(
      fc.constant({}),
      share.map((max_share) => ({ max_share })),
    ),
  ),
  one("length", open),
  one(
    "pattern",
    fc.constantFrom("[A-Z]{2}[0-9]+", "a|b", ".*x").map((pattern) => ({ pattern })),
  ),
  one(
    "allowed_values",
    fc.array(word, { minLength: 1, maxLength: 4 }).map((values) => ({ values })),
  ),
  one("uniqueness", null),
  fc.uniqueArray(word, { minLength: 2, maxLength: 3 }).map((fields) => ({ kind: "uniqueness", fields })),
  open.map((parameters) => ({ kind: "row_count", fields: [], parameters })),
  one("mean", open),
  one(
    "null_share",
    share.map((max) => ({ max })),
  ),
];
const query = fc
  .constantFrom("select 1 where false", "select id from orders where total < 0")
  .map((text) => ({ kind: "sql", fields: [], parameters: { query: text } }));
const expectations = [
  ...both,
  query,
  one(
    "type",
    fc.constantFrom("integer", "numeric", "date").map((type) => ({ type })),
  ),
  one("distinct_count", open),
  fc
    .tuple(fc.uniqueArray(word, { minLength: 2, maxLength: 2 }), fc.constantFrom("=", ">", ">="))
    .map(([fields, operator]) => ({ kind: "comparison", fields, parameters: { operator } })),
];
const checks = [
  ...both,
  query,
  one(
    "format",
    fc.constantFrom("email", "uuid", "ip", "payment_card").map((format) => ({ format })),
  ),
  one(
    "freshness",
    fc.integer({ min: 1, max: 99 }).map((max_hours) => ({ max_hours })),
  ),
  one(
    "reference",
    fc.tuple(word, word).map(([dataset, field]) => ({ dataset, field })),
  ),
  word.map((dataset) => ({ kind: "reconciliation", fields: [], parameters: { dataset, measure: "count" } })),
];
const rulesOf = (kinds: fc.Arbitrary<Omit<Rule, "name">>[]): fc.Arbitrary<Rule[]> =>
  fc
    .array(
      fc.tuple(
        fc.oneof(...kinds),
        fc.constantFrom<object>(
          {},
          { severity: "error", action: "hold" },
          { tags: ["a"], description: "why" },
        ),
      ),
      { maxLength: 12 },
    )
    .map((list) => list.map(([rule, own], i) => ({ ...rule, ...own, name: `rule_${i + 1}` })));

describe("Great Expectations", () => {
  it("round trip", () => {
    fc.assert(
      fc.property(rulesOf(expectations), (rules) => {
        const { suite, skipped } = toGreatExpectations("s", rules);
        expect(skipped).toEqual([]);
        expect(fromGreatExpectations(JSON.parse(JSON.stringify(suite))).rules).toEqual(rules);
      }),
    );
  });

  it("suites of 0.x and of 1.x are read, and what has no like is named", () => {
    const { rules, skipped } = fromGreatExpectations({
      expectation_suite_name: "old",
      expectations: [
        { expectation_type: "expect_column_values_to_not_be_null", kwargs: { column: "id", mostly: 0.95 } },
        {
          type: "expect_column_values_to_match_regex",
          kwargs: { column: "code", regex: "^[A-Z]+" },
          meta: {},
        },
        {
          type: "expect_column_values_to_be_between",
          kwargs: { column: "n", min_value: 0, strict_min: true },
        },
        { type: "expect_column_kl_divergence_to_be_less_than", kwargs: { column: "n" } },
      ],
    });
    expect(rules).toEqual([
      { name: "id_required", kind: "required", fields: ["id"], max_share: 0.05 },
      { name: "code_pattern", kind: "pattern", fields: ["code"], parameters: { pattern: "[A-Z]+.*" } },
    ]);
    expect(skipped.map((s) => s.what)).toEqual([
      "expect_column_values_to_be_between",
      "expect_column_kl_divergence_to_be_less_than",
    ]);
    expect(() => fromGreatExpectations({ rules: [] })).toThrow(/not a Great Expectations suite/);
  });
});

describe("Soda", () => {
  it("round trip", () => {
    fc.assert(
      fc.property(rulesOf(checks), (rules) => {
        const { text, skipped } = toSoda("orders", rules);
        expect(skipped).toEqual([]);
        expect(fromSoda(text, "orders").rules).toEqual(rules);
      }),
    );
  });

  it("checks are read as people write them, and what has no like is named", () => {
    const { rules, skipped } = fromSoda(
      `checks for orders:
  - row_count > 0
  - missing_count(id) = 0
  - missing_percent(note) < 5%
  - missing_percent(note) <= 5%
  - duplicate_count(a, b) = 0
  - invalid_percent(phone) <= 1 %:
      valid min length: 5
      valid max length: 20
  - freshness(at) < 2d
  - schema:
      fail: {when required column missing: [id]}
  - failed rows: {fail query: select 1}
`,
      "orders",
    );
    expect(rules).toEqual([
      { name: "row_count", kind: "row_count", fields: [], parameters: { min: 1 } },
      { name: "id_required", kind: "required", fields: ["id"] },
      { name: "note_null_share", kind: "null_share", fields: ["note"], parameters: { max: 0.05 } },
      { name: "a_b_uniqueness", kind: "uniqueness", fields: ["a", "b"] },
      {
        name: "phone_length",
        kind: "length",
        fields: ["phone"],
        parameters: { min: 5, max: 20 },
        max_share: 0.01,
      },
      { name: "at_freshness", kind: "freshness", fields: ["at"], parameters: { max_hours: 48 } },
      { name: "sql", kind: "sql", fields: [], parameters: { query: "select 1" } },
    ]);
    expect(skipped).toHaveLength(2);
    expect(() => fromSoda("a: [", "orders")).toThrow(/not YAML/);
    expect(() => fromSoda("checks for others: []", "orders")).toThrow(/no list/);
  });
});
