/**
 * Whatever a definition says, it is refused with a sentence of ours, or can be asked: of a sample, in a dry run over past
 * loads, as a deployed rule. None gets as far as an error of the database, which would stop every load from then on.
 */
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { DOMAIN_CODE } from "../../../lib/errors.ts";
import { asMember } from "../../support/database.ts";
import { type Bench, createLoader, declare } from "../../worker/support.ts";

let bench: Bench;
let id: string;
const TYPES = [
  "integer",
  "bigint",
  "numeric",
  "numeric(9,2)",
  "date",
  "timestamptz",
  "time",
  "boolean",
  "uuid",
  "text",
  "jsonb",
];
const FIELDS = TYPES.map((_, i) => `f${i}`);

beforeAll(async () => {
  bench = await createLoader();
  const fields = [{ name: "k", type: "integer" }, ...TYPES.map((type, i) => ({ name: FIELDS[i]!, type }))];
  id = await declare(bench, "all_types", fields, ["k"]);
  await declare(bench, "other", [{ name: "a" }], []);
  await bench.load("other", "a\n1\n");
  const uuid = "00000000-0000-0000-0000-000000000001";
  const row = (k: number): string =>
    `${k},${k},1,1.5,-2.25,2026-01-01,2026-01-01T10:00:00Z,10:00,true,${uuid},text ${k},"{""a"":1}"`;
  await bench.load("all_types", `k,${FIELDS.join(",")}\n${row(1)}\n${row(2)}\n3,,,,,,,,,,,\n`);
});
afterAll(() => bench.close());

const anything = fc.oneof(
  fc.constantFrom<unknown>(
    0,
    1,
    -1,
    0.5,
    100,
    1e300,
    true,
    null,
    "",
    "1",
    "x",
    "2026-01-01",
    "today",
    "infinity",
    "NaN",
  ),
  fc.constantFrom<unknown>(
    "[",
    "(a|b)+",
    "\\d{2}",
    "10:00",
    "00000000-0000-0000-0000-000000000001",
    {},
    [],
    ["x"],
    [1, null],
  ),
);
const or = (...values: unknown[]): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...values) }, { weight: 1, arbitrary: anything });
const bounds = { min: anything, max: anything };
const type = or("integer", "numeric", "date", "timestamptz", "time", "boolean", "uuid");
const OPERATORS = ["<", "<=", "=", "<>", ">=", ">"];
/** The parameters of each kind, of which any may be missing. */
const PARAMETERS: Record<string, Record<string, fc.Arbitrary<unknown>>> = {
  required: {},
  type: { type },
  range: { ...bounds, type },
  length: bounds,
  pattern: { pattern: anything },
  allowed_values: { values: anything },
  not_in_future: {},
  reference: { dataset: or("other"), field: or("a") },
  comparison: { operator: or(...OPERATORS), value: anything, type },
  uniqueness: {},
  functional_dependency: { to: or(...FIELDS), deciders: or("each", "together"), confidence: or(0.9) },
  freshness: { max_hours: or(1), type },
  row_count: bounds,
  row_count_change: { max_increase: or(0.1), max_decrease: or(0.1), loads: or(3) },
  null_share: bounds,
  mean: { ...bounds, type },
  distinct_count: bounds,
  reconciliation: { dataset: or("other"), measure: or("sum", "rows"), field: or("a"), tolerance: or(1) },
  format: { format: or("npi", "icd10cm", "iban") },
};
const definition = fc.constantFrom(...Object.keys(PARAMETERS)).chain((kind) =>
  fc.record({
    name: fc.constant("any"),
    kind: fc.constant(kind),
    fields: fc.uniqueArray(fc.constantFrom(...FIELDS, "k"), {
      minLength: /^(row_count|reconciliation)/.test(kind) ? 0 : 1,
      maxLength: /^(comparison|uniqueness|functional)/.test(kind) ? 2 : 1,
    }),
    parameters: fc.record(PARAMETERS[kind]!, { requiredKeys: [] }),
    scope: fc.constantFrom("row", "batch", "dataset"),
  }),
);

const ROADS = [
  "select quality.test_rule($1, $2)",
  "select ingest.try_rule($1, $2)",
  "select quality.deploy_rule($1, (quality.put_rule($1, $2)).name), quality.run_rules($1)",
];

it("is refused with a sentence of ours, or can be asked on every road", async () => {
  const asked = new Set<string>();
  await fc.assert(
    fc.asyncProperty(definition, async (one) => {
      const answers: string[] = [];
      for (const road of ROADS)
        await asMember(bench.db, { orgId: bench.org.id, userId: bench.manager }, async (client) => {
          await client.query("savepoint before");
          const error = await client.query(road, [id, JSON.stringify(one)]).then(
            () => null,
            (thrown: { code: string; message: string }) => thrown,
          );
          await client.query("rollback to savepoint before");
          if (error)
            expect(error.code, `${road} ${JSON.stringify(one)}: ${error.message}`).toMatch(DOMAIN_CODE);
          answers.push(error?.code ?? "asked");
        });
      // All of them say the same.
      expect(new Set(answers).size, JSON.stringify([one, answers])).toBe(1);
      if (answers[0] === "asked") asked.add(one.kind);
    }),
    { numRuns: Number(process.env.RUNS ?? 300) },
  );
  // Otherwise nothing was proven of kinds that were always refused.
  expect(asked.size).toBeGreaterThan(15);
}, 300_000);
