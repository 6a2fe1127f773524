/** Rules that are SQL: asked on the organization's unprivileged login for whoever saved them, bounded, recorded like others. */
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSecrets } from "../../lib/secrets.ts";
import { askSqlRules } from "../../worker/quality/sql-rules.ts";
import { trySqlRule } from "../../worker/quality/sql-trial.ts";
import type { TransformContext } from "../../worker/transform/types.ts";
import { addMember, asMember, createOrg } from "../support/database.ts";
import { type Bench, createLoader, declare } from "./support.ts";

let bench: Bench;
let context: TransformContext;
let orders: string;
beforeAll(async () => {
  bench = await createLoader();
  context = { ...bench.context, secrets: createSecrets(randomBytes(32)) };
  await declare(bench, "customers", [{ name: "id", type: "integer" }, { name: "name" }], ["id"]);
  await bench.load("customers", "id,name\n1,a\n2,b\n");
  orders = await declare(
    bench,
    "orders",
    [
      { name: "id", type: "integer" },
      { name: "customer", type: "integer" },
      { name: "amount", type: "numeric" },
    ],
    ["id"],
  );
});
afterAll(() => bench.close());

const rule = (name: string, query: string, more: object = {}, parameters: object = {}) => ({
  name,
  kind: "sql",
  parameters: { query, ...parameters },
  ...more,
});
async function deploy(definition: { name: string }, dataset = orders): Promise<void> {
  await bench.query("select quality.put_rule($1, $2)", [dataset, JSON.stringify(definition)]);
  await bench.query("select quality.deploy_rule($1, $2)", [dataset, definition.name]);
}
async function check(dataset = orders): Promise<string> {
  const [row] = await bench.query<{ asked: { check: string; queued: number } }>(
    "select quality.run_rules($1) as asked",
    [dataset],
  );
  await askSqlRules(context, {
    orgId: bench.org.id,
    datasetId: dataset,
    checkId: row!.asked.check,
    runId: null,
  });
  return row!.asked.check;
}
const results = (id: string) =>
  bench.query<{
    rule_name: string;
    failures: number;
    measured: number | null;
    passed: boolean;
    message: string;
  }>(
    "select rule_name, failures::int, measured::float, passed, message from quality.results where check_id = $1 order by 1",
    [id],
  );

describe("rules that are SQL", () => {
  it("find rows, numbers and booleans after a load, with failing rows, score and incident", async () => {
    await deploy(
      rule(
        "no_orphans",
        "select o.id, o.customer from orders o left join customers c on c.id = o.customer where c.id is null",
        { severity: "error" },
      ),
    );
    await deploy(
      rule(
        "total",
        "select sum(amount) from orders -- all of it",
        {},
        { returns: "number", min: 10, max: 20 },
      ),
    );
    await deploy(rule("some", "select count(*) > 5 from orders", {}, { returns: "boolean" }));
    const run = await bench.load("orders", "id,customer,amount\n1,1,5\n2,2,7\n3,9,1\n");
    expect(run.status).toBe("succeeded");
    const { rows: jobs } = await bench.db.admin.query(
      "select payload from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id where t.identifier = 'quality__sql'",
    );
    expect(jobs).toEqual([
      { payload: { orgId: bench.org.id, datasetId: orders, checkId: run.id, runId: run.id } },
    ]);
    const [before] = await bench.query<{ at: string }>(
      "select checked_at::text as at from quality.scores where check_id = $1",
      [run.id],
    );
    expect(
      await askSqlRules(context, {
        orgId: bench.org.id,
        datasetId: orders,
        checkId: run.id,
        runId: run.id,
      }),
    ).toBe(3);
    expect((await results(run.id)).filter((r) => !r.rule_name.includes("."))).toEqual([
      {
        rule_name: "no_orphans",
        failures: 1,
        measured: null,
        passed: false,
        message: "the query must return no rows",
      },
      {
        rule_name: "some",
        failures: 1,
        measured: 0,
        passed: false,
        message: "the query must return true",
      },
      {
        rule_name: "total",
        failures: 0,
        measured: 13,
        passed: true,
        message: "what the query returns must be at least 10 and at most 20",
      },
    ]);
    expect(
      await bench.query("select no, record from quality.failing_rows where rule_name = 'no_orphans'"),
    ).toEqual([{ no: 1, record: { id: 3, customer: 9 } }]);
    const [score] = await bench.query<{ score: number; at: string; rules: number }>(
      "select score::float, checked_at::text as at, rules from quality.scores where check_id = $1",
      [run.id],
    );
    // The contract's rule for the key and no_orphans weigh 3, the others 1.
    expect(score!.score).toBeCloseTo((3 + 3 * (2 / 3) + 0 + 1) / 8, 5);
    expect(score).toMatchObject({ at: before!.at, rules: 4 });
    expect(await bench.query("select rule_name, state from quality.incidents")).toEqual([
      { rule_name: "no_orphans", state: "open" },
    ]);
  });

  it("whose query fails are told so, without values, and the others are asked", async () => {
    await deploy(rule("total", "select 'secret'::int", {}, { returns: "number", min: 1 }));
    await deploy(rule("some", "select x from nowhere", {}, { returns: "boolean" }));
    await deploy(rule("no_orphans", "select 1; drop table orders"));
    await deploy(rule("two", "select * from customers", {}, { returns: "number", min: 1 }));
    const told = Object.fromEntries((await results(await check())).map((r) => [r.rule_name, r]));
    expect(told.total).toMatchObject({ passed: false, message: "the query fails in the database (22P02)" });
    expect(told.some!.message).toMatch(/relation "nowhere" does not exist/);
    expect(told.no_orphans!.message).toMatch(/^the query is refused: /);
    expect(told.two!.message).toBe("the query must return one number, in one row of one column");
    expect(JSON.stringify(told)).not.toContain("secret");
  });

  it("write nothing, see no other organization, and see only what their author sees", async () => {
    const globex = await createOrg(bench.db, "globex");
    const other = await addMember(bench.db, globex.id, "manager@globex.example", "manager");
    await asMember(bench.db, { orgId: globex.id, userId: other }, (c) =>
      c.query('select data.create_dataset(\'secrets\', \'[{"name": "id", "type": "integer"}]\', \'{id}\')'),
    );
    const owner = await addMember(bench.db, bench.org.id, "owner@acme.example", "owner");
    const steward = await addMember(bench.db, bench.org.id, "steward@acme.example", "steward");
    await asMember(bench.db, { orgId: bench.org.id, userId: owner }, (c) =>
      c.query(
        "select access.create_policy(name => 'names', kind => 'mask', mask => '{\"kind\": \"null\", \"fields\": [\"name\"]}', datasets => array[(select id from data.datasets where name = 'customers')], roles => '{steward}')",
      ),
    );
    for (const name of ["total", "some", "no_orphans", "two"])
      await bench.query("select quality.drop_rule($1, $2)", [orders, name]);
    const peek = rule("peek", "select name from customers where name is not null");
    await asMember(bench.db, { orgId: bench.org.id, userId: steward }, async (c) => {
      await c.query("select quality.put_rule($1, $2)", [orders, JSON.stringify(peek)]);
      await c.query("select quality.deploy_rule($1, 'peek')", [orders]);
    });
    await deploy(rule("theirs", `select * from org_${globex.schemaKey}.secrets`));
    await deploy(rule("stored", `select * from store_${bench.org.schemaKey}.orders`));
    await deploy(rule("writes", "with gone as (delete from orders returning id) select * from gone"));
    const told = Object.fromEntries((await results(await check())).map((r) => [r.rule_name, r]));
    // Names are masked for the steward, though not for whoever deployed or runs it.
    expect(told.peek).toMatchObject({ failures: 0, passed: true });
    for (const name of ["theirs", "stored", "writes"])
      expect(told[name]!.message, name).toMatch(/^the query (is refused|fails): /);
    const [left] = await bench.query<{ n: number }>(
      `select count(*)::int as n from org_${bench.org.schemaKey}.orders`,
    );
    expect(left!.n).toBe(3);
    await bench.db.admin.query("delete from access.memberships where user_id = $1", [steward]);
    const after = await results(await check());
    expect(after.find((r) => r.rule_name === "peek")).toMatchObject({ passed: false });
    expect(after.find((r) => r.rule_name === "peek")!.message).toMatch(
      /somebody (who is one )?saves|nobody is left/,
    );
  });

  it("are bounded: many failing rows are counted, a hundred kept", async () => {
    const id = await declare(bench, "wide", [{ name: "id", type: "integer" }], ["id"]);
    await deploy(rule("many", "select i as n from generate_series(1, 5000) i"), id);
    await bench.load("wide", "id\n1\n");
    const at = await check(id);
    expect((await results(at))[0]).toMatchObject({ rule_name: "many", failures: 5000, passed: false });
    const [kept] = await bench.query<{ n: number }>(
      "select count(*)::int as n from quality.failing_rows where check_id = $1",
      [at],
    );
    expect(kept!.n).toBe(100);
  });

  it("ask the rows in force and only record: other scopes and actions are refused", async () => {
    for (const wrong of [
      { scope: "row" },
      { action: "hold" },
      { parameters: {} },
      { parameters: { query: "select 1", returns: "number" } },
    ])
      await expect(
        bench.query("select quality.put_rule($1, $2)", [
          orders,
          JSON.stringify({ ...rule("w", "select 1"), ...wrong }),
        ]),
      ).rejects.toMatchObject({ code: "QC002" });
    await expect(
      bench.query("select ingest.try_rule($1, $2)", [orders, JSON.stringify(rule("w", "select 1"))]),
    ).rejects.toMatchObject({ code: "QC016" });
  });
});

describe("the dry run of a rule that is SQL", () => {
  interface Tried {
    rows: number;
    failures: number;
    measured: number | null;
    passed: boolean;
    error: string | null;
    sample: Record<string, unknown>[];
    loads: { run: string; rows: number; failures: number; measured: number | null; passed: boolean }[];
    of: number;
    held: number;
    limited: string | null;
  }
  const attempt = async (definition: object, dataset: string, loads = 10): Promise<Tried> => {
    const [row] = await bench.query<{ id: string }>("select ingest.start_rule_trial($1, $2, $3) as id", [
      dataset,
      JSON.stringify(definition),
      loads,
    ]);
    const take = async (): Promise<Tried | null> =>
      (await bench.query<{ t: Tried | null }>("select ingest.take_rule_trial($1) as t", [row!.id]))[0]!.t;
    expect(await take()).toBeNull();
    await trySqlRule(context, { orgId: bench.org.id, trialId: row!.id });
    const told = await take();
    await expect(take()).rejects.toMatchObject({ code: "QC019" });
    return told!;
  };

  it("asks the datasets as they are, and as they all were after each load, and records nothing", async () => {
    const fields = [
      { name: "id", type: "integer" },
      { name: "buyer", type: "integer" },
    ];
    await declare(bench, "buyers", [{ name: "id", type: "integer" }], ["id"]);
    const sales = await declare(bench, "sales", fields, ["id"]);
    await bench.load("buyers", "id\n1\n");
    await bench.load("sales", "id,buyer\n1,1\n");
    await bench.load("sales", "id,buyer\n2,2\n3,3\n");
    await bench.load("buyers", "id\n2\n3\n");
    await bench.load("sales", "id,buyer\n4,4\n");
    const orphans = rule(
      "orphans",
      "select s.id, s.buyer from sales s where not exists (select from buyers b where b.id = s.buyer)",
      { max_share: 0.3 },
    );
    const counted = async () =>
      (
        await bench.query(
          "select count(*)::int as n from quality.results r join data.datasets d on d.id = r.dataset_id where d.name = 'sales'",
        )
      )[0];
    const before = await counted();
    const told = await attempt(orphans, sales);
    expect(told).toMatchObject({
      rows: 4,
      failures: 1,
      passed: true,
      error: null,
      of: 3,
      held: 1,
      limited: null,
    });
    expect(told.sample).toEqual([{ id: 4, buyer: 4 }]);
    // Newest first: buyers 2 and 3 were missing after the second load alone.
    expect(told.loads.map((l) => [l.rows, l.failures, l.passed])).toEqual([
      [4, 1, true],
      [3, 2, false],
      [1, 0, true],
    ]);
    expect(await counted()).toEqual(before);
    const total = rule("total", "select count(*) from sales", {}, { returns: "number", min: 2 });
    expect((await attempt(total, sales)).loads.map((l) => [l.measured, l.passed])).toEqual([
      [4, true],
      [3, true],
      [1, false],
    ]);
    // What goes around the names cannot be asked of the past, and says so.
    expect((await attempt(rule("x", "select 1 from org_acme.sales where false"), sales)).limited).toContain(
      "schema",
    );
    expect((await attempt(rule("x", "select 1 from sales_history where false"), sales)).limited).toContain(
      "history",
    );
  });

  it("tells why a query cannot be asked, and is for whom it is", async () => {
    expect((await attempt(rule("x", "select nothing from orders"), orders)).error).toContain("nothing");
    expect((await attempt(rule("x", "delete from orders"), orders)).error).toContain("refused");
    await expect(attempt({ name: "x", kind: "required", field: "id" }, orders)).rejects.toMatchObject({
      code: "QC002",
    });
    const viewer = await addMember(bench.db, bench.org.id, "viewer-2@acme.example", "viewer");
    await expect(
      asMember(bench.db, { orgId: bench.org.id, userId: viewer }, (client) =>
        client.query("select ingest.start_rule_trial($1, $2)", [
          orders,
          JSON.stringify(rule("x", "select 1")),
        ]),
      ),
    ).rejects.toMatchObject({ code: "42501" });
    for (const wrong of [{ action: "hold" }, { scope: "batch" }])
      await expect(
        bench.query("select quality.put_rule($1, $2)", [
          orders,
          JSON.stringify(rule("x", "select 1", wrong)),
        ]),
      ).rejects.toMatchObject({ code: "QC002", hint: expect.stringContaining("before it is committed") });
  });

  it("keeps the line of a failing row whose key the query gives", async () => {
    const lots = await declare(
      bench,
      "lots",
      [
        { name: "id", type: "integer" },
        { name: "n", type: "integer" },
      ],
      ["id"],
    );
    await bench.load("lots", "id,n\n7,1\n8,-1\n");
    await deploy(rule("n_positive", "select id, n from lots where n < 0"), lots);
    const asked = await check(lots);
    expect(
      await bench.query("select line::int, record from quality.failing_rows where check_id = $1", [asked]),
    ).toEqual([{ line: 3, record: { id: 8, n: -1 } }]);
  });
});
