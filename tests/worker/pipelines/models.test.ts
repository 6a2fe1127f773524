/** SQL models: a dataset kept as a select says, whole or from the cursor on, or a view of it. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openSqlLogin } from "../../isolation/roads.ts";
import { asMember, asService } from "../../support/database.ts";
import { declare } from "../support.ts";
import { createPipelines, type Pipelines } from "./support.ts";

let p: Pipelines;
beforeAll(async () => {
  p = await createPipelines();
  await declare(
    p.bench,
    "orders",
    [
      { name: "id", type: "integer" },
      { name: "day", type: "date" },
      { name: "amount", type: "numeric" },
    ],
    ["id"],
  );
  await p.bench.load("orders", "id,day,amount\n1,2026-01-01,10\n2,2026-01-01,5\n3,2026-01-02,7\n");
});
afterAll(() => p.bench.close());

const perDay = "select day, count(*)::int as orders, sum(amount) as total from orders group by day";
const totals = async (dataset: string) =>
  (await p.rows<{ day: Date; orders: number; total: string }>(dataset)).map((r) => [
    r.day.toISOString().slice(0, 10),
    r.orders,
    r.total,
  ]);

describe("a model kept whole", () => {
  it("is a dataset with the select's types; the second run changes nothing, a third what changed, and deletes what is gone", async () => {
    await p.create("whole", {
      kind: "model",
      sql: perDay,
      dataset: "whole",
      materialized: "table",
      key_fields: ["day"],
    });
    expect((await p.run("whole")).load).toMatchObject({ status: "succeeded", mode: "snapshot", inserted: 2 });
    expect(await totals("whole")).toEqual([
      ["2026-01-01", 2, "15"],
      ["2026-01-02", 1, "7"],
    ]);
    expect((await p.run("whole")).load).toMatchObject({
      status: "succeeded",
      unchanged: 2,
      inserted: 0,
      updated: 0,
    });
    await p.bench.load("orders", "id,day,amount\n2,2026-01-01,6\n3,2026-01-03,7\n");
    expect((await p.run("whole")).load).toMatchObject({
      status: "succeeded",
      updated: 1,
      inserted: 1,
      deleted: 1,
    });
    expect(await totals("whole")).toEqual([
      ["2026-01-01", 2, "16"],
      ["2026-01-03", 1, "7"],
    ]);
    const versions = await p.bench.query(
      `select count(*)::int as n from org_${p.bench.org.schemaKey}.whole_history`,
    );
    // Two first ones, one changed, one deleted, one added.
    expect(versions).toEqual([{ n: 5 }]);
  });

  it("puts right what was edited by hand in between, though its bytes were loaded before", async () => {
    await p.bench.query(`update org_${p.bench.org.schemaKey}.whole set total = 0 where day = '2026-01-03'`);
    expect((await p.run("whole")).load).toMatchObject({ status: "succeeded", updated: 1 });
    expect((await totals("whole"))[1]).toEqual(["2026-01-03", 1, "7"]);
  });
});

describe("an incremental model", () => {
  it("reads from its cursor on", async () => {
    await p.create("days", {
      kind: "model",
      sql: perDay,
      dataset: "days",
      materialized: "incremental",
      key_fields: ["day"],
      cursor: "day",
    });
    expect((await p.run("days")).load).toMatchObject({ mode: "upsert", inserted: 2 });
    const second = await p.run("days");
    expect(second.steps[0]).toMatchObject({ rows_out: 1, label: "incremental, from 2026-01-03" });
    expect(second.load).toMatchObject({ status: "succeeded", unchanged: 1, read: 1 });
    await p.bench.load("orders", "id,day,amount\n4,2026-01-03,1\n5,2026-01-04,2\n");
    const third = await p.run("days");
    expect(third.load).toMatchObject({ read: 2, updated: 1, inserted: 1 });
    expect(await totals("days")).toEqual([
      ["2026-01-01", 2, "16"],
      ["2026-01-03", 2, "8"],
      ["2026-01-04", 1, "2"],
    ]);
  });

  it("wants a cursor that grows", async () => {
    await p.create("wrong", {
      kind: "model",
      sql: "select day::text as day from orders group by 1",
      dataset: "wrong",
      materialized: "incremental",
      key_fields: ["day"],
      cursor: "day",
    });
    expect((await p.run("wrong")).load).toMatchObject({ status: "succeeded" });
    expect((await p.run("wrong")).error).toMatchObject({ code: "IN065" });
  });
});

describe("a model as a view", () => {
  const view = { kind: "model", sql: perDay, dataset: "day_view", materialized: "view" };

  it("is there for SQL logins, with the rights of whoever queries it, and not for the API", async () => {
    await p.create("day_view", view);
    expect(await p.run("day_view")).toMatchObject({ status: "succeeded", run_id: null });
    const { bench } = p;
    const who = { orgId: bench.org.id, slug: "acme", userId: bench.manager, email: "" };
    const login = await openSqlLogin(bench.db, who);
    expect((await login.query("select sum(orders)::int as n from day_view")).rows).toEqual([{ n: 5 }]);
    await login.end();
    await expect(bench.query(`select * from org_${bench.org.schemaKey}.day_view`)).rejects.toMatchObject({
      code: "42501",
    });
    const { rows } = await bench.db.admin.query(
      "select relowner::regrole::text as owner, reloptions from pg_class where oid = $1::regclass",
      [`org_${bench.org.schemaKey}.day_view`],
    );
    expect(rows).toEqual([{ owner: "cadastre_views", reloptions: ["security_invoker=true"] }]);
  });

  it("comes back after a change of contract took it away", async () => {
    const { bench } = p;
    await bench.query("select data.alter_dataset((select id from data.datasets where name = 'orders'), $1)", [
      JSON.stringify([{ op: "add", field: { name: "note" } }]),
    ]);
    const there = () =>
      bench.db.admin.query("select to_regclass($1) is not null as there", [
        `org_${bench.org.schemaKey}.day_view`,
      ]);
    expect((await there()).rows).toEqual([{ there: false }]);
    const [queued] = await bench.query<{ id: string }>(
      "select id from ingest.pipeline_runs where status = 'queued' and trigger = 'contract'",
    );
    expect(await p.execute(queued!.id)).toMatchObject({ status: "succeeded" });
    expect((await there()).rows).toEqual([{ there: true }]);
  });

  it("holds its dataset, takes no name that is taken, and goes with its pipeline", async () => {
    const { bench } = p;
    await expect(
      asService(bench.db, bench.org.id, (c) =>
        c.query("select data.drop_dataset((select id from data.datasets where name = 'orders'))"),
      ),
    ).rejects.toMatchObject({ code: "DS012" });
    await p.create("clash", { ...view, dataset: "orders" });
    expect((await p.run("clash")).error).toMatchObject({ code: "IN064" });
    const owner = { orgId: bench.org.id, userId: bench.manager };
    await expect(
      asMember(bench.db, owner, (c) => c.query("select ingest.drop_pipeline('day_view')")),
    ).resolves.toBeDefined();
    const { rows } = await bench.db.admin.query("select to_regclass($1) as there", [
      `org_${bench.org.schemaKey}.day_view`,
    ]);
    expect(rows).toEqual([{ there: null }]);
  });

  it("is one select, whatever was written", async () => {
    for (const sql of [
      "select 1 as a) q; drop view x; select * from (select 1",
      "select secret from private.mask_keys",
      "select set_config('role', 'none', false) as a",
    ]) {
      await p.create(`bad${sql.length}`, { ...view, dataset: "bad_view", sql });
      expect((await p.run(`bad${sql.length}`)).error).toMatchObject({ code: "IN062" });
    }
  });
});
