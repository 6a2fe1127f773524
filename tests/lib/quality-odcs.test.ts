/** The quality section of data contracts: valid by the standard's schema, there and back without loss, foreign ones read. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { Ajv2019 } from "ajv/dist/2019.js";
import formats from "ajv-formats";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { toOdcs as writeContract } from "../../lib/contract/odcs/export.ts";
import { fromOdcs as readContract } from "../../lib/contract/odcs/import.ts";
import type { DatasetContract } from "../../lib/contract/odcs/types.ts";
import { fromOdcs, toOdcs } from "../../lib/quality/odcs.ts";
import type { Rule } from "../../lib/quality/rule.ts";

const folder = path.join(import.meta.dirname, "../../../shared/data/standards/odcs");
const without = "skipped where ../shared/data is absent";
const ID = "5f3a4f0e-0000-4000-8000-000000000000";

const word = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/);
const whole = fc.integer({ min: 0, max: 1000 });
const share = fc.integer({ min: 1, max: 99 }).map((n) => n / 100);
const span = fc.oneof(
  whole.map((min) => ({ min })),
  whole.map((max) => ({ max })),
  fc.tuple(whole, whole).map(([a, b]) => ({ min: Math.min(a, b), max: Math.max(a, b) })),
);
const thresholds = fc.oneof(
  fc.constant({}),
  share.map((max_share) => ({ max_share })),
  whole.map((max_failures) => ({ max_failures })),
  fc.record({ max_share: share, max_failures: whole }),
);
const own = fc.record(
  {
    severity: fc.constantFrom("info" as const, "warning" as const, "error" as const, "critical" as const),
    action: fc.constantFrom("record" as const, "reject" as const, "hold" as const),
    scope: fc.constantFrom("row" as const, "batch" as const, "dataset" as const),
    dimension: fc.constantFrom("validity" as const, "completeness" as const, "timeliness" as const),
    tags: fc.array(word, { maxLength: 2 }),
    description: fc.constantFrom("", "why it is asked", "zwei\nZeilen"),
  },
  { requiredKeys: [] },
);
const single = (kind: string, parameters?: fc.Arbitrary<Record<string, unknown>>) =>
  fc
    .tuple(word, parameters ?? fc.constant(undefined), thresholds)
    .map(([field, p, within]) => ({ kind, fields: [field], ...(p ? { parameters: p } : {}), ...within }));
const kinds: fc.Arbitrary<Omit<Rule, "name">>[] = [
  single("required"),
  single("type", fc.constant({ type: "date" })),
  single("range", span),
  single("length", span),
  single(
    "pattern",
    fc.constantFrom("[A-Z]{2}", "a|b", "^x", ["a", "b+"]).map((pattern) => ({ pattern })),
  ),
  single(
    "allowed_values",
    fc.array(word, { minLength: 1, maxLength: 3 }).map((values) => ({ values })),
  ),
  single("not_in_future"),
  single("reference", fc.record({ dataset: word, field: word })),
  single("uniqueness"),
  single("format", fc.constant({ format: "iban" })),
  single(
    "null_share",
    fc.oneof(
      share.map((max) => ({ max })),
      share.map((min) => ({ min })),
    ),
  ),
  single("mean", span),
  single("distinct_count", span),
  single(
    "freshness",
    whole.map((max_hours) => ({ max_hours })),
  ),
  fc.uniqueArray(word, { minLength: 2, maxLength: 3 }).map((fields) => ({ kind: "uniqueness", fields })),
  fc
    .uniqueArray(word, { minLength: 3, maxLength: 3 })
    .map(([a, b, to]) => ({ kind: "functional_dependency", fields: [a!, b!], parameters: { to } })),
  fc
    .uniqueArray(word, { minLength: 2, maxLength: 2 })
    .map((fields) => ({ kind: "comparison", fields, parameters: { operator: "<=" } })),
  fc
    .tuple(span, thresholds)
    .map(([parameters, within]) => ({ kind: "row_count", fields: [], parameters, ...within })),
  whole.map((n) => ({ kind: "row_count_change", fields: [], parameters: { max_increase: n } })),
  word.map((dataset) => ({ kind: "reconciliation", fields: [], parameters: { dataset, measure: "count" } })),
  fc
    .tuple(fc.constantFrom("select 1", "select count(*) from orders where x = '{a}'"), span)
    .map(([query, p]) => ({ kind: "sql", fields: [], parameters: { query, returns: "number", ...p } })),
  fc.constant({ kind: "sql", fields: [], parameters: { query: "select 1 where false" } }),
];
const rules: fc.Arbitrary<Rule[]> = fc
  .array(fc.tuple(fc.oneof(...kinds), own), { maxLength: 12 })
  .map((list) => list.map(([rule, more], i) => ({ ...rule, ...more, name: `rule_${i + 1}` })));

const byName = (list: readonly Rule[]): Rule[] => [...list].sort((a, b) => (a.name < b.name ? -1 : 1));

describe("the quality section of contracts", () => {
  it("takes rules of every kind there and back", () => {
    fc.assert(
      fc.property(rules, (list) => {
        const text = stringify(toOdcs(ID, "orders", list));
        const back = fromOdcs(parse(text), "orders");
        expect(back.skipped).toEqual([]);
        expect(byName(back.rules)).toEqual(byName(list));
      }),
      { numRuns: 300 },
    );
  });

  it.skipIf(!existsSync(folder))(`is valid by the standard's own schema (${without})`, () => {
    const ajv = new Ajv2019({ strict: false, allErrors: true });
    formats.default(ajv);
    const validate = ajv.compile(
      JSON.parse(readFileSync(path.join(folder, "odcs-json-schema-v3.1.0.json"), "utf8")),
    );
    fc.assert(
      fc.property(rules, (list) => {
        const contract = JSON.parse(JSON.stringify(toOdcs(ID, "orders", list)));
        expect(validate(contract), JSON.stringify(validate.errors)).toBe(true);
      }),
    );
  });

  /** A contract that has the rules' fields, some of which it asks for itself. */
  const contractOf = (list: Rule[]): DatasetContract => ({
    name: "orders",
    title: "",
    description: "",
    keyFields: [],
    fields: [...new Set(list.flatMap((rule) => rule.fields ?? []))].map((name, i) => ({
      name,
      sourceName: name,
      type: "text",
      ...(i % 3 === 1 ? { required: true } : {}),
      ...(i % 3 === 2 ? { allowedValues: ["a", "b"] } : {}),
    })),
    rules: list,
  });
  const head = { id: ID, name: "orders", tenant: "acme", version: 1, description: "" };
  const notEmpty = rules.filter((list) => list.some((rule) => (rule.fields ?? []).length > 0));

  it("goes with a whole contract there and back, and makes no field's rule of a deployed one", () => {
    fc.assert(
      fc.property(notEmpty, (list) => {
        const contract = contractOf(list);
        const back = readContract(JSON.parse(JSON.stringify(writeContract(head, [contract]))));
        expect(back.notes).toEqual([]);
        const { rules: read, ...rest } = back.datasets[0]!;
        expect(byName(read ?? [])).toEqual(byName(list));
        expect({ ...rest, rules: list }).toEqual(contract);
      }),
      { numRuns: 200 },
    );
  });

  it.skipIf(!existsSync(folder))(`of a whole contract is valid by the standard's schema (${without})`, () => {
    const ajv = new Ajv2019({ strict: false, allErrors: true });
    formats.default(ajv);
    const validate = ajv.compile(
      JSON.parse(readFileSync(path.join(folder, "odcs-json-schema-v3.1.0.json"), "utf8")),
    );
    fc.assert(
      fc.property(notEmpty, (list) => {
        const contract = JSON.parse(JSON.stringify(writeContract(head, [contractOf(list)])));
        expect(validate(contract), JSON.stringify(validate.errors)).toBe(true);
      }),
    );
  });

  it.skipIf(!existsSync(folder))(
    `of the standard's examples is read, or named as left out (${without})`,
    () => {
      const told: Record<string, string[]> = {};
      for (const file of readdirSync(path.join(folder, "examples"))) {
        const content = parse(readFileSync(path.join(folder, "examples", file), "utf8")) as {
          schema?: { name: string; quality?: unknown[]; properties?: { quality?: unknown[] }[] }[];
        };
        for (const object of content.schema ?? []) {
          const checks = [object, ...(object.properties ?? [])].flatMap((one) => one.quality ?? []).length;
          if (checks === 0) continue;
          const { rules: read, skipped } = fromOdcs({ ...content, schema: [object] }, "x");
          expect(read.length + skipped.length, file).toBe(checks);
          told[file] = [
            ...(told[file] ?? []),
            ...read.map((r) => r.kind),
            ...skipped.map((s) => `- ${s.what}`),
          ];
        }
      }
      expect(told["column-completeness.odcs.yaml"]).toEqual(["required"]);
      expect(told["column-accuracy.odcs.yaml"]).toEqual(["sql"]);
      expect(told["column-validity.odcs.yaml"]).toEqual(["allowed_values"]);
      expect(told["column-custom.odcs.yaml"]!.every((line) => line.startsWith("- "))).toBe(true);
    },
  );

  it("is read as others write it", () => {
    const contract = {
      apiVersion: "v3.1.0",
      kind: "DataContract",
      id: "x",
      version: "1",
      status: "active",
      schema: [
        {
          name: "Orders",
          quality: [
            { metric: "rowCount", mustBeGreaterThan: 10 },
            { metric: "duplicateValues", mustBe: 0, arguments: { properties: ["id", "line no"] } },
            { type: "text", description: "should be nice" },
            { type: "sql", query: `SELECT count(*) FROM ${"$"}{table}`, mustBeBetween: [1, 5] },
            {
              type: "custom",
              engine: "great-expectations",
              implementation: {
                type: "expect_column_values_to_not_be_null",
                kwargs: { column: "id", mostly: 0.9 },
              },
            },
          ],
          properties: [
            {
              name: "Status",
              quality: [
                { metric: "nullValues", mustBeLessThan: 1, unit: "percent" },
                { metric: "nullValues", mustBeLessThan: 5 },
                {
                  metric: "invalidValues",
                  mustBeLessOrEqualTo: 2,
                  unit: "percent",
                  arguments: { validValues: ["a", null] },
                  severity: "major",
                  dimension: "conformity",
                },
                { metric: "invalidValues", mustBe: 0, arguments: { pattern: "^[a-z]+$" } },
                { metric: "missingValues", mustBe: 0, arguments: { missingValues: ["", "n/a"] } },
              ],
            },
          ],
        },
      ],
    };
    const { rules: read, skipped } = fromOdcs(contract, "orders");
    expect(read).toEqual([
      { name: "row_count", kind: "row_count", fields: [], parameters: { min: 11 } },
      { name: "id_line_no_uniqueness", kind: "uniqueness", fields: ["id", "line_no"] },
      {
        name: "sql",
        kind: "sql",
        fields: [],
        parameters: { query: "SELECT count(*) FROM orders", returns: "number", min: 1, max: 5 },
      },
      { name: "id_required", kind: "required", fields: ["id"], max_share: 0.1 },
      { name: "status_required", kind: "required", fields: ["status"], max_failures: 4 },
      {
        name: "status_allowed_values",
        kind: "allowed_values",
        fields: ["status"],
        parameters: { values: ["a"] },
        max_share: 0.02,
        dimension: "validity",
      },
      { name: "status_pattern", kind: "pattern", fields: ["status"], parameters: { pattern: "[a-z]+" } },
    ]);
    expect(skipped.map((s) => s.what)).toEqual(
      ["should be nice", "Status: nullValues", "Status: missingValues"].map((s) =>
        s.replace("Status", "status"),
      ),
    );
    expect(() => fromOdcs({ kind: "Other" }, "orders")).toThrow(/not a data contract/);
  });
});
