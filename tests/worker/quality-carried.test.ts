/**
 * A check goes on from what the one before found, with the rows alone that changed since. Whatever came between (loads of
 * every mode, edits, undos, deletions, restores, erasures, other contracts and rules, changes of a dataset that is referred
 * to, mere time), it finds what asking all rows finds: counts, statistics and failing rows, for every kind of rule.
 */
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { addMember, asMember } from "../support/database.ts";
import {
  AT_LOADS,
  type Checked,
  FIELDS,
  type Ground,
  rows,
  rule,
  rules,
  type Step,
  step,
  text,
} from "./quality-carried-support.ts";
import { type Bench, createLoader, declare } from "./support.ts";

let bench: Bench;
let owner: string;
beforeAll(async () => {
  bench = await createLoader();
  owner = await addMember(bench.db, bench.org.id, "owner@acme.example", "owner");
});
afterAll(() => bench.close());

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
