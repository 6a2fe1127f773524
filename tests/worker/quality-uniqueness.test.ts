/** Uniqueness groups values as what they are; what it finds is what equal texts say, for every type, null and empty aside. */
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Bench, createLoader, declare } from "./support.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await createLoader();
});
afterAll(() => bench.close());

const VALUES: Record<string, string[]> = {
  integer: ["1", "-1", "20"],
  bigint: ["9007199254740993", "9007199254740992"],
  numeric: ["1", "1.0", "1.00", "2"],
  "numeric(6,2)": ["1", "1.5", "1.50", "-0.01"],
  date: ["2026-01-01", "2026-01-02"],
  timestamptz: ["2026-01-01T00:00:00Z", "2026-01-01T01:00:00+01:00", "2026-01-02T00:00:00Z"],
  time: ["10:00", "10:00:01"],
  boolean: ["true", "false"],
  uuid: ["00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-00000000000A"],
  text: ["a", "A", "b", "é"],
};
const TYPES = Object.keys(VALUES);
const names = TYPES.map((_, i) => `f${i}`);

it("of one field, of pairs and of the key", async () => {
  const id = await declare(
    bench,
    "typed",
    [{ name: "k", type: "integer" }, ...TYPES.map((type, i) => ({ name: names[i]!, type }))],
    ["k"],
  );
  const sets = [...names.map((n) => [n]), ["f0", "f9"], ["f2", "f4"], ["k"], ["k", "f9"]];
  for (const [i, fields] of sets.entries())
    await bench.query("select quality.deploy_rule($1, (quality.put_rule($1, $2)).name)", [
      id,
      JSON.stringify({ name: `u${i}`, kind: "uniqueness", fields, scope: "dataset" }),
    ]);
  const row = fc.tuple(...TYPES.map((type) => fc.constantFrom("", ...VALUES[type]!)));
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 2, maxLength: 12 }), async (rows) => {
      const lines = rows.map((r, i) => `${i},${r.join(",")}`);
      await bench.load("typed", `k,${names.join(",")}\n${lines.join("\n")}\n`, {
        mode: "snapshot",
        force: true,
      });
      await bench.db.admin.query("delete from private.carried_checks");
      const [{ checked }] = (await bench.query("select quality.run_rules($1) as checked", [id])) as [
        { checked: { results: { rule_name: string; failures: number }[] } },
      ];
      for (const [i, fields] of sets.entries()) {
        const texts = fields.map((f) => `${f}::text`).join(", ");
        const [said] = await bench.query<{ n: number }>(
          `select coalesce(sum(n), 0)::int as n from (select count(*) as n from org_acme.typed
            where ${fields.map((f) => `${f}::text <> ''`).join(" and ")} group by ${texts} having count(*) > 1) x`,
        );
        expect(checked.results.find((r) => r.rule_name === `u${i}`)?.failures, fields.join()).toBe(said!.n);
      }
    }),
    { numRuns: 12 },
  );
}, 120_000);
