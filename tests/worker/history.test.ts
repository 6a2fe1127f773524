/** What was: difference of moments and loads, reasons, the timeline of a row, two time axes. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { asMember } from "../support/database.ts";
import {
  bench,
  closeGround,
  csv,
  makeDataset,
  one,
  openGround,
  other,
  twoLoads,
  undo,
} from "./history-support.ts";

beforeAll(openGround);
afterAll(closeGround);

describe("difference", () => {
  it("tells what a load did, in numbers, by column and by row", async () => {
    const { dataset, first, second } = await twoLoads();
    const told = await one<Record<string, unknown>>(
      "select data.diff($1, ingest.moment_of_run($2), ingest.moment_of_run($3))",
      [dataset.id, first.id, second.id],
    );
    expect(told).toMatchObject({ added: 1, changed: 1, removed: 1, restored: 0, unchanged: 1 });
    expect(told.columns).toEqual([
      { name: "id", changed: 0 },
      { name: "name", changed: 0 },
      { name: "amount", changed: 1 },
    ]);
    const rows = await bench.query(
      `select key, change, changed_fields, before, after from org_acme.${dataset.name}_diff(
         ingest.moment_of_run($1, true), ingest.moment_of_run($1))`,
      [second.id],
    );
    expect(rows).toEqual([
      {
        key: { id: 1 },
        change: "changed",
        changed_fields: ["amount"],
        before: { id: 1, name: "one", amount: 1 },
        after: { id: 1, name: "one", amount: 10 },
      },
      {
        key: { id: 3 },
        change: "removed",
        changed_fields: [],
        before: { id: 3, name: "three", amount: 3 },
        after: null,
      },
      {
        key: { id: 4 },
        change: "added",
        changed_fields: [],
        before: null,
        after: { id: 4, name: "four", amount: 4 },
      },
    ]);
    const all = await bench.query("select * from data.diff_rows($1, $2)", [dataset.id, new Date(0)]);
    expect(all).toHaveLength(3);
  });

  it("counts what differs in the end, not what happened on the way", async () => {
    const { dataset, second } = await twoLoads();
    await bench.query(`update org_acme.${dataset.name} set name = 'x' where id = 2`);
    await bench.query(`update org_acme.${dataset.name} set name = 'two' where id = 2`);
    await bench.query(`insert into org_acme.${dataset.name} (id) values (9)`);
    await bench.query(`delete from org_acme.${dataset.name} where id = 9`);
    const told = await one("select data.diff($1, ingest.moment_of_run($2))", [dataset.id, second.id]);
    expect(told).toMatchObject({ added: 0, changed: 0, removed: 0, restored: 0, unchanged: 3 });
  });

  it("refuses moments in the wrong order and runs that are none", async () => {
    const { dataset } = await twoLoads();
    await expect(
      bench.query("select data.diff($1, now() + interval '1 hour')", [dataset.id]),
    ).rejects.toMatchObject({
      code: "HS004",
    });
    await expect(bench.query("select ingest.moment_of_run($1)", [dataset.id])).rejects.toMatchObject({
      code: "HS003",
    });
  });

  it("moves every dataset to one moment by one setting", async () => {
    const { dataset, first } = await twoLoads();
    const moment = await one<Date>("select ingest.moment_of_run($1)", [first.id]);
    const rows = await asMember(bench.db, { orgId: bench.org.id, userId: bench.manager }, async (client) => {
      const { rows: at } = await client.query("select ingest.moment_of_run($1)::text as at", [first.id]);
      await client.query("select set_config('cadastre.as_of', $1, true)", [at[0].at]);
      return (await client.query(`select id from org_acme.${dataset.name}_as_of() order by id`)).rows;
    });
    expect(moment).toBeInstanceOf(Date);
    expect(rows).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }]);
    expect(await bench.query(`select id from org_acme.${dataset.name}_as_of() order by id`)).toEqual([
      { id: 1 },
      { id: 2 },
      { id: 4 },
    ]);
  });
});

it("columns may have the names that are used here", async () => {
  const names = [
    "r",
    "x",
    "k",
    "v",
    "t",
    "a",
    "b",
    "key",
    "change",
    "before",
    "after",
    "from",
    "to",
    "at",
    "on",
    "values",
    "issues",
  ];
  const dataset = await makeDataset(
    names.map((name) => ({ name })),
    ["k", "r"],
  );
  const row = (value: string) => names.map((name) => (name === "k" || name === "r" ? name : value));
  const first = await bench.load(dataset.name, csv([row("1")], names.join(",")));
  const second = await bench.load(dataset.name, csv([row("2")], names.join(",")));
  const is = (value: string) => Object.fromEntries(names.map((name, i) => [name, row(value)[i]]));
  const [found] = await bench.query(
    `select * from org_acme.${dataset.name}_diff(ingest.moment_of_run($1), ingest.moment_of_run($2))`,
    [first.id, second.id],
  );
  expect(found).toMatchObject({
    key: { k: "k", r: "r" },
    before: is("1"),
    after: is("2"),
    change: "changed",
  });
  const story = await bench.query(
    `select "values" from org_acme.${dataset.name}_timeline('{"k": "k", "r": "r"}')`,
  );
  expect(story).toEqual([{ values: is("2") }, { values: is("1") }]);
  const told = await undo(second.id);
  expect(told.rows).toMatchObject([{ key: { k: "k", r: "r" }, effect: "update" }]);
  const [change] = await bench.query<{ r: { values: unknown } }>(
    "select private.change_rows(max(number), 10) as r from ingest.changes where dataset_id = $1",
    [dataset.id],
  );
  expect(change!.r.values).toEqual(is("1"));
});

it("a large load's superseded versions are found by their time at once", async () => {
  const dataset = await makeDataset();
  const many = (amount: number) => csv(Array.from({ length: 3000 }, (_, i) => [i, "x", amount]));
  await bench.load(dataset.name, many(1));
  await bench.load(dataset.name, many(2));
  const { rows } = await bench.db.admin.query(
    "select brin_summarize_new_values(i.indexrelid) as n from pg_index i join pg_class c on c.oid = i.indexrelid join pg_am a on a.oid = c.relam where i.indrelid = $1::regclass and a.amname = 'brin'",
    [`store_acme.${dataset.name}_history`],
  );
  expect(rows).toEqual([{ n: 0 }]);
});

describe("reasons", () => {
  it("are needed on every road where the organization says so, and kept on the version", async () => {
    const { dataset, second } = await twoLoads();
    await bench.db.admin.query("update tenancy.organizations set reasons_required = true where id = $1", [
      bench.org.id,
    ]);
    try {
      const table = `org_acme.${dataset.name}`;
      const roads: [string, unknown[]][] = [
        [`insert into ${table} (id) values (50)`, []],
        [`update ${table} set name = 'x' where id = 1`, []],
        [`delete from ${table} where id = 1`, []],
        ["select data.restore_row($1, '{\"id\": 1}', 1)", [dataset.id]],
        ["select ingest.undo_run($1)", [second.id]],
        ["select data.undo_rows($1, '[{\"id\": 1}]', now())", [dataset.id]],
        ["select ingest.replay_rejected($1)", [second.id]],
      ];
      for (const [text, values] of roads)
        await expect(bench.query(text, values), text).rejects.toMatchObject({ code: "HS001" });
      await asMember(bench.db, other, async (client) => {
        await client.query("set local cadastre.reason = 'asked by phone'");
        await client.query(`insert into ${table} (id) values (50)`);
        await client.query(`update ${table} set name = 'x' where id = 1`);
        await client.query(`delete from ${table} where id = 2`);
        await client.query("select data.restore_row($1, '{\"id\": 1}', 1)", [dataset.id]);
      });
      expect(
        await bench.query(
          `select id, version, change_type from ${table}_history where change_reason = 'asked by phone' order by id, version`,
        ),
      ).toEqual([
        { id: 1, version: 3, change_type: "update" },
        { id: 1, version: 4, change_type: "restore" },
        { id: 2, version: 2, change_type: "delete" },
        { id: 50, version: 1, change_type: "insert" },
      ]);
      const load = await bench.load(dataset.name, csv([[1, "from a file", 1]]));
      expect(load.status).toBe("succeeded");
      expect(await one(`select change_reason from ${table} where id = 1`)).toBeNull();
    } finally {
      await bench.db.admin.query("update tenancy.organizations set reasons_required = false where id = $1", [
        bench.org.id,
      ]);
    }
  });
});

describe("the timeline of a row", () => {
  it("tells who, when, why, from which line, and what the rules said", async () => {
    const { dataset } = await twoLoads();
    await asMember(bench.db, other, async (client) => {
      await client.query("set local cadastre.reason = 'a typo'");
      await client.query(`update org_acme.${dataset.name} set name = 'uno' where id = 1`);
    });
    const rows = await bench.query(
      `select version, change_type, changed_fields, author, reason, run_kind, file_name, source_line::int as line, "values", issues
         from org_acme.${dataset.name}_timeline('{"id": 1}')`,
    );
    expect(rows).toEqual([
      {
        version: 3,
        change_type: "update",
        changed_fields: ["name"],
        author: "second@acme.example",
        reason: "a typo",
        run_kind: "edit",
        file_name: null,
        line: null,
        values: { id: 1, name: "uno", amount: 10 },
        issues: [],
      },
      expect.objectContaining({
        version: 2,
        run_kind: "load",
        file_name: `${dataset.name}.csv`,
        line: 2,
        changed_fields: ["amount"],
      }),
      expect.objectContaining({ version: 1, run_kind: "load", line: 2, change_type: "insert" }),
    ]);
    expect(
      await bench.query("select version from ingest.row_timeline($1, '{\"id\": 1}')", [dataset.name]),
    ).toHaveLength(3);
    await expect(bench.query(`select * from org_acme.${dataset.name}_timeline('{}')`)).rejects.toMatchObject({
      code: "DS005",
    });
  });
});

describe("a business date", () => {
  it("is a second axis: what was true on a day, as known at a moment", async () => {
    const dataset = await makeDataset(
      [
        { name: "item" },
        { name: "price", type: "integer" },
        { name: "since", type: "date", businessDate: true },
      ],
      ["item"],
    );
    const load = (rows: (string | number)[][]) => bench.load(dataset.name, csv(rows, "item,price,since"));
    const first = await load([["a", 10, "2026-01-01"]]);
    const second = await load([["a", 12, "2026-03-01"]]);
    const third = await load([["a", 11, "2026-01-01"]]);
    const price = (on: string, run: string) =>
      bench.query(`select price from org_acme.${dataset.name}_valid_on($1::date, ingest.moment_of_run($2))`, [
        on,
        run,
      ]);
    expect(await price("2026-02-20", first.id)).toEqual([{ price: 10 }]);
    expect(await price("2026-02-20", second.id)).toEqual([{ price: 10 }]);
    expect(await price("2026-03-02", second.id)).toEqual([{ price: 12 }]);
    expect(await price("2026-02-20", third.id)).toEqual([{ price: 11 }]);
    expect(await price("2026-03-02", third.id)).toEqual([{ price: 12 }]);
    expect(await price("2025-12-31", third.id)).toEqual([]);
    await bench.query(`delete from org_acme.${dataset.name}`);
    expect(await bench.query(`select * from org_acme.${dataset.name}_valid_on('2026-03-02')`)).toEqual([]);
    await bench.query("select data.alter_dataset($1, $2)", [
      dataset.id,
      JSON.stringify([{ op: "rename", name: "since", to: "from_day" }]),
    ]);
    expect(await one("select business_field from data.datasets where id = $1", [dataset.id])).toBe(
      "from_day",
    );
    expect(await price("2026-03-02", second.id)).toEqual([{ price: 12 }]);
  });
});
