/**
 * A check goes on from what the one before found, with the rows alone that changed since. Whatever came between (loads of
 * every mode, edits, undos, deletions, restores, erasures, other contracts and rules, changes of a dataset that is referred
 * to, mere time), it finds what asking all rows finds: counts, statistics and failing rows, for every kind of rule.
 */
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { addMember, asMember } from "../support/database.ts";
import { type Bench, createLoader, declare } from "./support.ts";

let bench: Bench;
let owner: string;
beforeAll(async () => {
  bench = await createLoader();
  owner = await addMember(bench.db, bench.org.id, "owner@acme.example", "owner");
});
afterAll(() => bench.close());

const FIELDS = [
  { name: "k", type: "integer" },
  { name: "a", type: "integer" },
  { name: "b" },
  { name: "m", type: "numeric" },
  { name: "d", type: "date" },
  { name: "t", type: "timestamptz" },
  { name: "s" },
];
const rule = (name: string, kind: string, fields: string[], parameters: object = {}, more: object = {}) => ({
  name,
  kind,
  fields,
  parameters,
  ...more,
});
const rules = (other: string) => [
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
const AT_LOADS = ["b_short", "b_once", "b_gives_a", "some_rows", "b_blank", "m_mean", "d_values"];

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
type Row = typeof row extends fc.Arbitrary<infer T> ? T : never;
const rows = fc.uniqueArray(row, { selector: (r) => r.k, minLength: 1, maxLength: 12 });
const pick = fc.nat(1000);
const step = fc.oneof(
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
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

interface Checked {
  check: string;
  rows: number;
  carried: number;
  results: { rule_name: string }[];
}
interface Ground {
  name: string;
  other: string;
  id: string;
  keyed: boolean;
  zone: string;
  added: number;
}

let soon = 0;
const text = (list: Row[]): string =>
  `k,a,b,m,d,t,s\n${list
    .map((r) => {
      const t = r.t === "soon" ? new Date(Date.now() + 100 * (soon++ % 9)).toISOString() : r.t;
      return [r.k, r.a ?? "", r.b, r.m, r.d, t, r.s].join(",");
    })
    .join("\n")}\n`;

/** As it goes on, and, undone afterwards, of all rows: a check cannot go on from one of its own transaction. */
async function bothWays(ground: Ground): Promise<{ carried: number; checked: Checked }> {
  return asMember(bench.db, { orgId: bench.org.id, userId: bench.manager }, async (client) => {
    await client.query(`set local timezone = '${ground.zone}'`);
    const ask = async (): Promise<{ told: Checked; kept: unknown[] }> => {
      const { rows } = await client.query<{ told: Checked }>("select quality.run_rules($1) as told", [
        ground.id,
      ]);
      const kept = await client.query(
        "select rule_name, line::int, record from quality.failing_rows where check_id = $1 order by 1, record::text, 2",
        [rows[0]!.told.check],
      );
      return { told: rows[0]!.told, kept: kept.rows };
    };
    const one = await ask();
    await client.query("savepoint before");
    const two = await ask();
    await client.query("rollback to savepoint before");
    expect(two.told.carried).toBe(0);
    expect({ rows: one.told.rows, results: one.told.results, kept: one.kept }).toEqual({
      rows: two.told.rows,
      results: two.told.results,
      kept: two.kept,
    });
    return { carried: one.told.carried, checked: one.told };
  });
}

async function take(ground: Ground, one: Step): Promise<void> {
  const view = `org_${bench.org.schemaKey}.${ground.name}`;
  const chosen = async (pick: number): Promise<Record<string, unknown> | undefined> => {
    const key = ground.keyed ? "k" : "file_id, source_line";
    const present = await bench.query<Record<string, unknown>>(
      `select distinct ${key} from ${view}_history order by ${key}`,
    );
    return present.length === 0 ? undefined : present[pick % present.length];
  };
  const matches = (key: Record<string, unknown>): string =>
    Object.entries(key)
      .map(([name, value]) => `${name} = '${String(value)}'`)
      .join(" and ");
  if (one.what === "load" || one.what === "other") {
    const name = one.what === "load" ? ground.name : ground.other;
    const mode = one.what === "other" ? "snapshot" : ground.keyed ? one.mode : "append";
    const run = await bench.load(name, text(one.rows), { mode, force: true });
    expect([run.status, run.error]).toEqual(["succeeded", null]);
    if (one.what === "other") return;
    const { checked } = await bothWays(ground);
    const atLoad = await bench.query<{ rule_name: string; failures: number; measured: string | null }>(
      "select rule_name, failures::int, measured::float8 from quality.results where check_id = $1 and rule_name = any ($2) order by 1",
      [run.id, AT_LOADS],
    );
    expect(atLoad).toEqual(
      (checked.results as typeof atLoad)
        .filter((r) => AT_LOADS.includes(r.rule_name))
        .map((r) => ({ rule_name: r.rule_name, failures: r.failures, measured: r.measured })),
    );
  } else if (one.what === "insert") {
    const next = ground.keyed ? one.row.k : 1;
    const values = [next, one.row.a, one.row.b, one.row.m || null, one.row.d || null, one.row.s];
    if ((await bench.query(`select 1 from ${view} where k = $1`, [next])).length > 0 && ground.keyed) return;
    await bench.query(`insert into ${view} (k, a, b, m, d, s) values ($1, $2, $3, $4, $5, $6)`, values);
  } else if (one.what === "contract") {
    if (ground.added++ > 0) return;
    await bench.query("select data.alter_dataset($1, $2)", [
      ground.id,
      JSON.stringify([
        { op: "widen", name: "a", type: "bigint" },
        { op: "add", field: { name: "extra", type: "text" } },
      ]),
    ]);
  } else if (one.what === "rule") {
    const changed = rule("a_low", "range", ["a"], { max: one.max });
    await bench.query("select quality.put_rule($1, $2)", [ground.id, JSON.stringify(changed)]);
    await bench.query("select quality.deploy_rule($1, 'a_low')", [ground.id]);
  } else if (one.what === "settings") {
    ground.zone = ground.zone === "UTC" ? "Asia/Tokyo" : "UTC";
  } else if (one.what === "undo") {
    const runs = await bench.query<{ id: string }>(
      "select id from ingest.runs where dataset_id = $1 and status = 'succeeded' order by finished_at",
      [ground.id],
    );
    if (runs.length === 0) return;
    await bench.query("select ingest.undo_run($1, false, 'force', 'a test')", [
      runs[one.pick % runs.length]!.id,
    ]);
  } else {
    const key = await chosen(one.pick);
    if (!key) return;
    if (one.what === "edit")
      await bench.query(`update ${view} set a = $1, b = $2, m = $3, d = $4, s = $5 where ${matches(key)}`, [
        one.row.a,
        one.row.b,
        one.row.m || null,
        one.row.d || null,
        one.row.s,
      ]);
    else if (one.what === "delete") await bench.query(`delete from ${view} where ${matches(key)}`);
    else if (one.what === "restore") {
      const versions = await bench.query<{ version: number }>(
        `select version from ${view}_history where ${matches(key)} and valid_to is not null and change_type <> 'delete' order by 1`,
      );
      if (versions.length === 0) return;
      const version = versions[one.pick % versions.length]!.version;
      await bench.query("select data.restore_row($1, $2, $3)", [ground.id, JSON.stringify(key), version]);
    } else await erase(ground, key);
  }
}

/** As the worker's job does it with a row of a person's. */
async function erase(ground: Ground, key: Record<string, unknown>): Promise<void> {
  await asMember(bench.db, { orgId: bench.org.id, userId: owner }, (client) =>
    client.query("select data.erase_row($1, $2, 'a test')", [ground.id, JSON.stringify(key)]),
  );
}

let made = 0;
const RUNS = Number(process.env.RUNS ?? 5);
for (const keyed of [true, false])
  it(`finds what asking all rows finds: ${keyed ? "with" : "without"} a key`, async () => {
    let carried = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 9 }), rows, async (steps, first) => {
        const ground: Ground = {
          name: `t${++made}`,
          other: `o${made}`,
          id: "",
          keyed,
          zone: "UTC",
          added: 0,
        };
        await declare(bench, ground.other, FIELDS, ["k"]);
        await bench.load(ground.other, text(first), { mode: "snapshot", force: true });
        ground.id = await declare(bench, ground.name, FIELDS, keyed ? ["k"] : []);
        for (const one of rules(ground.other)) {
          await bench.query("select quality.put_rule($1, $2)", [ground.id, JSON.stringify(one)]);
          await bench.query("select quality.deploy_rule($1, $2)", [ground.id, one.name]);
        }
        for (const one of [{ what: "load" as const, rows: first, mode: "upsert" as const }, ...steps]) {
          await take(ground, one);
          carried += (await bothWays(ground)).carried;
        }
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
    // Otherwise nothing was proven of rules that go on.
    expect(carried).toBeGreaterThan(RUNS * 15);
  }, 400_000);

/** Rows 1 to `many`; those that `bad` names have no b. */
const numbered = (many: number, bad: (k: number) => boolean, a = 1): string =>
  `k,a,b\n${Array.from({ length: many }, (_, i) => `${i + 1},${a},${bad(i + 1) ? "" : "b"}`).join("\n")}\n`;

it("goes on with thousands of changed rows, and with failing rows of which not all are kept", async () => {
  const name = "many";
  const id = await declare(bench, name, FIELDS, ["k"]);
  for (const one of [rule("b_there", "required", ["b"]), rule("k_once", "uniqueness", ["k"])]) {
    await bench.query("select quality.put_rule($1, $2)", [id, JSON.stringify(one)]);
    await bench.query("select quality.deploy_rule($1, $2)", [id, one.name]);
  }
  const check = async (): Promise<Checked & { kept: number; failures: number }> => {
    const [row] = await bench.query<{ told: Checked }>("select quality.run_rules($1) as told", [id]);
    const [kept] = await bench.query<{ kept: number; failures: number }>(
      `select (select count(*)::int from quality.failing_rows where check_id = $1 and record ->> 'b' is null) as kept,
              (select failures::int from quality.results where check_id = $1 and rule_name = 'b_there') as failures`,
      [row!.told.check],
    );
    return { ...row!.told, ...kept! };
  };
  await bench.load(
    name,
    numbered(70_000, (k) => k <= 150),
  );
  expect(await check()).toMatchObject({ carried: 0, failures: 150, kept: 100 });
  expect(await check()).toMatchObject({ carried: 2, failures: 150, kept: 100, rows: 70_000 });
  // Of the hundred that are kept half are mended: others must be found.
  await bench.load(
    name,
    numbered(70_000, (k) => k > 50 && k <= 150),
  );
  expect(await check()).toMatchObject({ failures: 100, kept: 100 });
  await bench.load(
    name,
    numbered(6000, (k) => k > 100 && k <= 150, 2),
  );
  expect(await check()).toMatchObject({ carried: 2, failures: 50, kept: 50 });
  await bench.load(
    name,
    numbered(70_500, (k) => k > 140 && k <= 150, 2),
    { mode: "snapshot" },
  );
  expect(await check()).toMatchObject({ carried: 0, failures: 10, rows: 70_500 });
  expect((await bench.db.admin.query("select 1 from private.checked_keys")).rows).toEqual([]);
}, 120_000);

it("keeps nothing of a check during which somebody wrote, and misses no late transaction", async () => {
  const name = "late";
  const id = await declare(bench, name, FIELDS, ["k"]);
  const view = `org_${bench.org.schemaKey}.${name}`;
  const one = rule("b_there", "required", ["b"]);
  await bench.query("select quality.put_rule($1, $2)", [id, JSON.stringify(one)]);
  await bench.query("select quality.deploy_rule($1, 'b_there')", [id]);
  await bench.load(
    name,
    numbered(10, () => false),
  );
  const check = async (): Promise<[number, number]> => {
    const [row] = await bench.query<{ told: { carried: number; results: { failures: number }[] } }>(
      "select quality.run_rules($1) as told",
      [id],
    );
    return [row!.told.carried, row!.told.results[0]!.failures];
  };
  const as = { orgId: bench.org.id, userId: bench.manager };
  // Written before the check and committed after it: the check has not seen it, the next one does.
  await asMember(bench.db, as, async (client) => {
    await client.query(`update ${view} set b = null where k = 1`);
    expect(await check()).toEqual([0, 0]);
  });
  expect(await check()).toEqual([1, 1]);
  // One's own changes are seen, and seen by whoever comes after as changes still.
  await asMember(bench.db, as, async (client) => {
    await client.query(`update ${view} set b = null where k = 2`);
    const { rows } = await client.query("select quality.run_rules($1) #> '{results,0,failures}' as n", [id]);
    expect(rows[0].n).toBe(2);
    await client.query(`update ${view} set b = null where k = 3`);
  });
  expect(await check()).toEqual([1, 3]);
  // A change that the feed does not tell of: the history's own triggers do.
  await bench.query(`update ${view} set b = null where k = 4`);
  await bench.db.admin.query(
    "delete from ingest.changes where number = (select max(number) from ingest.changes)",
  );
  expect(await check()).toEqual([0, 4]);
  expect(await check()).toEqual([1, 4]);
}, 60_000);

it("at loads: rules about the rows in force go on from load to load, also past one that was held", async () => {
  const name = "steps";
  const id = await declare(bench, name, FIELDS, ["k"]);
  const told = rule("b_there", "required", ["b"], {}, { scope: "dataset", max_failures: 3, action: "hold" });
  for (const one of [told, rule("some_rows", "row_count", [], { min: 1 }, { scope: "dataset" })]) {
    await bench.query("select quality.put_rule($1, $2)", [id, JSON.stringify(one)]);
    await bench.query("select quality.deploy_rule($1, $2)", [id, one.name]);
  }
  const load = async (bad: number, many = 20): Promise<[string, number]> => {
    const run = await bench.load(
      name,
      numbered(many, (k) => k <= bad),
      { mode: "snapshot", force: true },
    );
    const [row] = await bench.query<{ n: number }>(
      "select failures::int as n from quality.results where check_id = $1 and rule_name = 'b_there'",
      [run.id],
    );
    return [run.status, row!.n];
  };
  expect(await load(1)).toEqual(["succeeded", 1]);
  expect(await load(2)).toEqual(["succeeded", 2]);
  // What a held load wrote is not there, and is not gone on from.
  expect(await load(9)).toEqual(["held", 9]);
  expect(await load(3, 15)).toEqual(["succeeded", 3]);
  // It does go on: a figure that was put in the way of the next load is found in its own.
  const put = await bench.db.admin.query(
    "update private.carried_checks set rules = replace(rules::text, '{\"n\": 15}', '{\"n\": 115}')::jsonb where road = 'load' and dataset_id = $1 and rules::text like '%{\"n\": 15}%'",
    [id],
  );
  expect(put.rowCount).toBe(1);
  expect(await load(2)).toEqual(["succeeded", 2]);
  const [counted] = await bench.query<{ n: number }>(
    "select measured::int as n from quality.results where dataset_id = $1 and rule_name = 'some_rows' order by checked_at desc limit 1",
    [id],
  );
  expect(counted!.n).toBe(120);
}, 60_000);
