/** Undo of a load and of rows: what comes back, what is in the way, who sees that it was done. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addMember, asMember } from "../support/database.ts";
import {
  bench,
  closeGround,
  countsOf,
  csv,
  FIELDS,
  makeDataset,
  one,
  openGround,
  other,
  rowsOf,
  type Told,
  twoLoads,
  undo,
} from "./history-support.ts";

beforeAll(openGround);
afterAll(closeGround);

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
