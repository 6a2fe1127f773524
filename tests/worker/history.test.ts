/** What was: difference of moments and loads, undo of a load and of rows, reasons, the timeline of a row, two time axes. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addMember, asMember } from "../support/database.ts";
import { type Bench, createLoader, declare } from "./support.ts";

let bench: Bench;
let other: { orgId: string; userId: string };
let count = 0;

beforeAll(async () => {
  bench = await createLoader();
  const { db, org } = bench;
  other = { orgId: org.id, userId: await addMember(db, org.id, "second@acme.example", "manager") };
});
afterAll(() => bench.close());

const FIELDS = [{ name: "id", type: "integer" }, { name: "name" }, { name: "amount", type: "numeric(10,2)" }];

interface Dataset {
  id: string;
  name: string;
}

async function makeDataset(fields: unknown[] = FIELDS, key = ["id"]): Promise<Dataset> {
  const name = `things_${++count}`;
  return { id: await declare(bench, name, fields, key), name };
}

const csv = (rows: (string | number)[][], header = "id,name,amount"): string =>
  `${header}\n${rows.map((row) => row.join(",")).join("\n")}\n`;

const rowsOf = (dataset: Dataset, source = dataset.name) =>
  bench.query(`select id, name, amount::text as amount from org_acme.${source} order by id`);

async function one<T>(text: string, values: unknown[] = []): Promise<T> {
  const rows = await bench.query<Record<string, T>>(text, values);
  return Object.values(rows[0]!)[0]!;
}

interface Told {
  undoRun: string | null;
  inserted: number;
  updated: number;
  deleted: number;
  unchanged: number;
  missing: number;
  conflicts: number;
  skipped: number;
  rows: { key: Record<string, unknown>; effect: string; conflict: boolean; changedBy: string | null }[];
}
const undo = (run: string, dryRun = false, onConflict = "abort", reason: string | null = null) =>
  one<Told>("select ingest.undo_run($1, $2, $3, $4)", [run, dryRun, onConflict, reason]);

const countsOf = ({ inserted, updated, deleted, unchanged, conflicts, skipped }: Told) => ({
  inserted,
  updated,
  deleted,
  unchanged,
  conflicts,
  skipped,
});

async function twoLoads() {
  const dataset = await makeDataset();
  const first = await bench.load(
    dataset.name,
    csv([
      [1, "one", 1],
      [2, "two", 2],
      [3, "three", 3],
    ]),
  );
  const second = await bench.load(
    dataset.name,
    csv([
      [1, "one", 10],
      [2, "two", 2],
      [4, "four", 4],
    ]),
    {
      mode: "snapshot",
    },
  );
  expect([first.status, second.status]).toEqual(["succeeded", "succeeded"]);
  return { dataset, first, second };
}

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

describe("undo of a load", () => {
  it("brings every row back, tells it beforehand, does nothing the second time, and can be undone", async () => {
    const { dataset, second } = await twoLoads();
    const after = await rowsOf(dataset);
    const preview = await undo(second.id, true);
    expect(countsOf(preview)).toEqual({
      inserted: 1,
      updated: 1,
      deleted: 1,
      unchanged: 0,
      conflicts: 0,
      skipped: 0,
    });
    expect(preview.undoRun).toBeNull();
    expect(await rowsOf(dataset)).toEqual(after);

    const told = await undo(second.id);
    expect(countsOf(told)).toEqual(countsOf(preview));
    expect(await rowsOf(dataset)).toEqual([
      { id: 1, name: "one", amount: "1.00" },
      { id: 2, name: "two", amount: "2.00" },
      { id: 3, name: "three", amount: "3.00" },
    ]);
    expect(
      await bench.query(
        `select id, version, change_type, run_id = $1 as ours from org_acme.${dataset.name}_history
       where run_id = $1 order by id`,
        [told.undoRun],
      ),
    ).toEqual([
      { id: 1, version: 3, change_type: "restore", ours: true },
      { id: 3, version: 3, change_type: "restore", ours: true },
      { id: 4, version: 2, change_type: "delete", ours: true },
    ]);
    expect(await one("select undone_by from ingest.runs where id = $1", [second.id])).toBe(told.undoRun);
    expect(await one("select row_count::int from data.datasets where id = $1", [dataset.id])).toBe(3);

    const again = await undo(second.id);
    expect(countsOf(again)).toEqual({
      inserted: 0,
      updated: 0,
      deleted: 0,
      unchanged: 3,
      conflicts: 0,
      skipped: 0,
    });
    expect(again.undoRun).toBe(told.undoRun);

    const redone = await undo(told.undoRun!);
    expect(countsOf(redone)).toEqual({
      inserted: 1,
      updated: 1,
      deleted: 1,
      unchanged: 0,
      conflicts: 0,
      skipped: 0,
    });
    expect(await rowsOf(dataset)).toEqual(after);
    expect(await one("select undone_by from ingest.runs where id = $1", [second.id])).toBeNull();
  });

  it("is seen by the change feed, the audit trail, lineage and the difference", async () => {
    const { dataset, second } = await twoLoads();
    const told = await undo(second.id, false, "abort", "wrong file");
    expect(
      await bench.query(
        `select kind, inserted_rows::int as i, updated_rows::int as u, deleted_rows::int as d, run_id = $2 as ours
           from ingest.changes where dataset_id = $1 order by number desc limit 1`,
        [dataset.id, told.undoRun],
      ),
    ).toEqual([{ kind: "undo", i: 1, u: 1, d: 1, ours: true }]);
    const number = await one("select max(number) from ingest.changes where dataset_id = $1", [dataset.id]);
    const rows = await bench.query<{ r: { key: string; changeType: string } }>(
      "select r from private.change_rows($1, 10) r",
      [number],
    );
    expect(rows.map(({ r }) => [r.key.split("/").at(-1), r.changeType])).toEqual([
      ["1", "restore"],
      ["3", "restore"],
      ["4", "delete"],
    ]);
    const events = await bench.db.admin.query(
      "select detail ->> 'reason' as reason from audit.events where action = 'run.undo' and object_id = $1",
      [second.id],
    );
    expect(events.rows).toEqual([{ reason: "wrong file" }]);
    const edges = await bench.db.admin.query("select 1 from lineage.edges where run_id = $1", [told.undoRun]);
    expect(edges.rowCount).toBe(1);
    expect(
      await one("select data.diff($1, ingest.moment_of_run($2, true), ingest.moment_of_run($2))", [
        dataset.id,
        told.undoRun,
      ]),
    ).toMatchObject({ added: 0, changed: 0, removed: 1, restored: 2, unchanged: 1 });
    expect(
      await bench.query(
        `select distinct change_reason from org_acme.${dataset.name}_history where run_id = $1`,
        [told.undoRun],
      ),
    ).toEqual([{ change_reason: "wrong file" }]);
  });

  it("finds rows that were changed since: aborts, leaves them out or overwrites them", async () => {
    const { dataset, second } = await twoLoads();
    await asMember(bench.db, other, (client) =>
      client.query(`update org_acme.${dataset.name} set name = 'mine' where id in (1, 2)`),
    );
    await expect(undo(second.id)).rejects.toMatchObject({ code: "HS006" });
    const preview = await undo(second.id, true);
    expect(preview.conflicts).toBe(1);
    expect(preview.rows[0]).toMatchObject({
      key: { id: 1 },
      effect: "update",
      conflict: true,
      changedBy: other.userId,
    });
    const skipped = await undo(second.id, false, "skip");
    expect(countsOf(skipped)).toEqual({
      inserted: 1,
      updated: 0,
      deleted: 1,
      unchanged: 0,
      conflicts: 1,
      skipped: 1,
    });
    expect(await rowsOf(dataset)).toEqual([
      { id: 1, name: "mine", amount: "10.00" },
      { id: 2, name: "mine", amount: "2.00" },
      { id: 3, name: "three", amount: "3.00" },
    ]);
    const forced = await undo(second.id, false, "force");
    expect(countsOf(forced)).toMatchObject({ updated: 1, deleted: 0, inserted: 0 });
    expect((await rowsOf(dataset))[0]).toEqual({ id: 1, name: "one", amount: "1.00" });
  });

  it("goes back over changes of the contract: renamed, widened, retired and added fields", async () => {
    const { dataset, second } = await twoLoads();
    await bench.query("select data.alter_dataset($1, $2)", [
      dataset.id,
      JSON.stringify([
        { op: "rename", name: "amount", to: "total" },
        { op: "widen", name: "id", type: "bigint" },
        { op: "widen", name: "total", type: "numeric" },
        { op: "add", field: { name: "note" } },
        { op: "retire", name: "name" },
      ]),
    ]);
    const told = await undo(second.id);
    expect(countsOf(told)).toMatchObject({ inserted: 1, updated: 1, deleted: 1 });
    expect(
      await bench.query(`select id::int, total::text, note from org_acme.${dataset.name} order by id`),
    ).toEqual([
      { id: 1, total: "1.00", note: null },
      { id: 2, total: "2.00", note: null },
      { id: 3, total: "3.00", note: null },
    ]);
  });

  it("takes a first load and an append away again; the same file may then be loaded anew", async () => {
    const dataset = await makeDataset();
    const file = csv([
      [1, "one", 1],
      [2, "two", 2],
    ]);
    const first = await bench.load(dataset.name, file);
    await undo(first.id);
    expect(await rowsOf(dataset)).toEqual([]);
    const again = await bench.load(dataset.name, file);
    expect(again).toMatchObject({ status: "succeeded", inserted: 2 });
    expect((await rowsOf(dataset)).length).toBe(2);

    const log = await makeDataset(FIELDS, []);
    await bench.load(log.name, file);
    const more = await bench.load(log.name, csv([[3, "three", 3]]));
    expect(countsOf(await undo(more.id))).toMatchObject({ deleted: 1 });
    expect((await rowsOf(log)).map((row) => row.id)).toEqual([1, 2]);
  });

  it("is refused to whose role cannot, and for runs that did not succeed", async () => {
    const { dataset, second } = await twoLoads();
    const editor = {
      orgId: bench.org.id,
      userId: await addMember(bench.db, bench.org.id, "ed@acme.example", "editor"),
    };
    await expect(
      asMember(bench.db, editor, (client) => client.query("select ingest.undo_run($1)", [second.id])),
    ).rejects.toMatchObject({ code: "42501" });
    const empty = await bench.submit(dataset.name, "id,name,amount\n7,seven,7\n");
    await expect(undo(empty.id)).rejects.toMatchObject({ code: "HS005" });
    await expect(undo(second.id, false, "perhaps")).rejects.toMatchObject({ code: "22023" });
    await expect(undo(dataset.id)).rejects.toMatchObject({ code: "IN005" });
  });
});

describe("rows", () => {
  it("go back to a moment together; edits of others since are conflicts", async () => {
    const { dataset, first } = await twoLoads();
    await asMember(bench.db, other, (client) =>
      client.query(`update org_acme.${dataset.name} set name = 'mine' where id = 2`),
    );
    const ask = (dryRun: boolean, onConflict: string) =>
      one<Told>("select data.undo_rows($1, $2, ingest.moment_of_run($3), $4, $5)", [
        dataset.id,
        JSON.stringify([{ id: 1 }, { id: 2 }, { id: 3 }, { id: 4 }, { id: 99 }]),
        first.id,
        dryRun,
        onConflict,
      ]);
    const preview = await ask(true, "abort");
    expect(preview).toMatchObject({ inserted: 1, updated: 2, deleted: 1, conflicts: 1, missing: 1 });
    await expect(ask(false, "abort")).rejects.toMatchObject({ code: "HS006" });
    expect(await ask(false, "skip")).toMatchObject({ inserted: 1, updated: 1, deleted: 1, skipped: 1 });
    expect((await rowsOf(dataset)).map((row) => [row.id, row.name, row.amount])).toEqual([
      [1, "one", "1.00"],
      [2, "mine", "2.00"],
      [3, "three", "3.00"],
    ]);
    expect(await ask(false, "force")).toMatchObject({ inserted: 0, updated: 1, deleted: 0, unchanged: 3 });
  });

  it("of a dataset without a key come back by file and line", async () => {
    const dataset = await makeDataset(FIELDS, []);
    const run = await bench.load(
      dataset.name,
      csv([
        [1, "one", 1],
        [2, "two", 2],
      ]),
    );
    const [row] = await bench.query<{ file_id: string; source_line: string }>(
      `select file_id, source_line from org_acme.${dataset.name} where id = 2`,
    );
    await bench.query(`delete from org_acme.${dataset.name} where id = 2`);
    const told = await one<Told>("select data.undo_rows($1, $2, ingest.moment_of_run($3))", [
      dataset.id,
      JSON.stringify([row]),
      run.id,
    ]);
    expect(told).toMatchObject({ inserted: 1, conflicts: 0 });
    expect((await rowsOf(dataset)).map((found) => found.id)).toEqual([1, 2]);
  });
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
