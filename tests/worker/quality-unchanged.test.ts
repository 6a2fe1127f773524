/**
 * Rows that say what the table says already are not asked again where they are known to meet the rules. Whatever comes
 * before (loads of both modes, edits by hand, new rules), each load's results count what its file brings, all of it.
 */
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Bench, createLoader, declare } from "./support.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await createLoader();
});
afterAll(() => bench.close());

interface Row {
  k: number;
  a: number | null;
  b: string;
}
const RULES = [
  { name: "a_there", kind: "required", field: "a" },
  { name: "a_low", kind: "range", field: "a", parameters: { max: 5 }, max_share: 0.9, action: "hold" },
  {
    name: "b_plain",
    kind: "pattern",
    field: "b",
    parameters: { pattern: "[a-c]+" },
    action: "reject",
    severity: "error",
  },
  {
    name: "b_short",
    kind: "comparison",
    fields: ["a", "k"],
    parameters: { operator: "<=" },
    severity: "info",
  },
  { name: "b_once", kind: "uniqueness", field: "b" },
];
const failing: Record<string, (row: Row, rows: Row[]) => boolean> = {
  a_there: (r) => r.a === null,
  a_low: (r) => r.a !== null && r.a > 5,
  b_plain: (r) => !/^[a-c]+$/.test(r.b),
  b_short: (r) => r.a !== null && r.a > r.k,
  b_once: (r, rows) => rows.filter((o) => o.b === r.b).length > 1,
};

const rows = fc.uniqueArray(
  fc.record({
    k: fc.integer({ min: 1, max: 8 }),
    a: fc.option(fc.integer({ min: 0, max: 6 }), { freq: 12 }),
    b: fc.constantFrom("a", "b", "c", "ab", "ba", "cab", "x"),
  }),
  { selector: (r) => r.k, minLength: 1, maxLength: 8 },
);
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      what: fc.constant("load" as const),
      rows,
      mode: fc.constantFrom("upsert" as const, "snapshot" as const),
    }),
  },
  { weight: 2, arbitrary: fc.record({ what: fc.constant("again" as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({ what: fc.constant("edit" as const), a: fc.integer({ min: 0, max: 9 }) }),
  },
  { weight: 1, arbitrary: fc.record({ what: fc.constant("rule" as const), max: fc.constantFrom(3, 5) }) },
);

let made = 0;
it("results count every row of the file, asked again or not", async () => {
  let skipped = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 7 }), async (steps) => {
      const name = `t${++made}`;
      const fields = [{ name: "k", type: "integer" }, { name: "a", type: "integer" }, { name: "b" }];
      const id = await declare(bench, name, fields, ["k"]);
      const put = async (rule: (typeof RULES)[number] | Record<string, unknown>): Promise<void> => {
        await bench.query("select quality.put_rule($1, $2)", [id, JSON.stringify(rule)]);
        await bench.query("select quality.deploy_rule($1, $2)", [id, rule.name]);
      };
      for (const rule of RULES) await put(rule);
      let low = 5;
      let last: Row[] = [{ k: 1, a: 1, b: "a" }];
      for (const one of steps) {
        if (one.what === "edit") {
          // Rules may refuse it: then it goes against them.
          await bench.query(
            `with why as materialized (select set_config('cadastre.against_rules', 'true', true), set_config('cadastre.reason', 'as it is', true))
             update org_${bench.org.schemaKey}.${name} t set a = $1 from why`,
            [one.a],
          );
          // What a file brings next may be just that.
          last = last.map((row) => ({ ...row, a: one.a }));
          continue;
        }
        if (one.what === "rule") {
          low = one.max;
          await put({ ...RULES[1]!, parameters: { max: low } });
          continue;
        }
        if (one.what === "load") last = one.rows;
        const file = `k,a,b\n${last.map((r) => `${r.k},${r.a ?? ""},${r.b}`).join("\n")}\n`;
        const mode = one.what === "load" ? one.mode : "upsert";
        const run = await bench.load(name, file, { mode, force: true });
        const told = await bench.query<{ rule_name: string; failures: number; row_count: number }>(
          "select rule_name, failures::int, row_count::int from quality.results where check_id = $1 and rule_id is not null order by 1",
          [run.id],
        );
        const all: typeof failing = { ...failing, a_low: (r) => r.a !== null && r.a > low };
        const expected = Object.entries(all)
          .map(([rule, fails]) => ({
            rule_name: rule,
            failures: last.filter((r) => fails(r, last)).length,
            row_count: last.length,
          }))
          .sort((x, y) => (x.rule_name < y.rule_name ? -1 : 1));
        expect(told).toEqual(expected);
        const [kept] = await bench.query<{ odd: number }>(
          "select count(*)::int as odd from quality.failing_rows f, jsonb_object_keys(f.record) x where f.check_id = $1 and x like '%$'",
          [run.id],
        );
        expect(kept!.odd).toBe(0);
        const [clean] = await bench.query<{ met: boolean }>(
          "select rules_digest is not null as met from ingest.runs where id = $1",
          [run.id],
        );
        if (clean!.met) skipped++;
      }
    }),
    { numRuns: Number(process.env.RUNS ?? 25) },
  );
  // Otherwise nothing was proven of rows that are not asked.
  expect(skipped).toBeGreaterThan(3);
}, 240_000);

it("a bound that means another day tomorrow is none of the rules that unchanged rows are known to meet", async () => {
  const fields = [
    { name: "k", type: "integer" },
    { name: "due", type: "date" },
  ];
  const id = await declare(bench, "days", fields, ["k"]);
  const met = async (rule: string | null, max: string): Promise<string> => {
    if (rule !== null) {
      const definition = { name: rule, kind: "range", field: "due", parameters: { max } };
      await bench.query("select quality.put_rule($1, $2)", [id, JSON.stringify(definition)]);
      await bench.query("select quality.deploy_rule($1, $2)", [id, rule]);
    }
    const run = await bench.load("days", "k,due\n1,2020-01-01\n", { force: true });
    const rows = await bench.query<{ digest: string }>(
      "select rules_digest as digest from ingest.runs where id = $1",
      [run.id],
    );
    return rows[0]!.digest;
  };
  const none = await met(null, "");
  expect(none).toMatch(/^[0-9a-f]{64}$/);
  expect(await met("soon", "tomorrow")).toBe(none);
  expect(await met("late", "2999-01-01")).not.toBe(none);
});

it("nor is a contract's", async () => {
  const { rows } = await bench.db.admin.query<{ bound: string; lasting: boolean }>(
    `select b as bound, ingest.is_lasting('range', format('%s > %L::%s', 't.due', b, 'date')) as lasting
       from unnest(array['today', 'Yesterday', '2026-01-01', 'January 8, 2026']) b`,
  );
  expect(rows.map((row) => row.lasting)).toEqual([false, false, true, true]);
});
