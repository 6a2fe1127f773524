/** An execution may die anywhere: whoever takes over begins again, one result is loaded, who comes back writes nothing. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AppError } from "../../../lib/errors.ts";
import { createLogger } from "../../../lib/log.ts";
import { createPool } from "../../../lib/pg.ts";
import type { ObjectStore } from "../../../lib/stores/object/index.ts";
import { executePipeline } from "../../../worker/transform/execute.ts";
import { addMember, asMember, asPlatform, asService } from "../../support/database.ts";
import { createPipelines, type Pipelines } from "./support.ts";

let p: Pipelines;
const definition = { input: { kind: "file" }, steps: [], output: { dataset: "faults", key_fields: ["id"] } };
beforeAll(async () => {
  p = await createPipelines();
  await p.create("faults", definition);
});
afterAll(() => p.bench.close());

let n = 0;
/** A queued execution over a file of its own. */
async function queued(): Promise<string> {
  const file = await p.upload("faults", `id,v\n${++n},x\n`);
  const [row] = await p.bench.query<{ id: string }>("select id from ingest.run_pipeline('faults', $1)", [
    file,
  ]);
  return row!.id;
}

/** The store, with something done before the result is there. */
function storeThat(before: () => Promise<void>): ObjectStore {
  const { store } = p.bench;
  return {
    ...store,
    async put(...args) {
      await before();
      return store.put(...args);
    },
  };
}

const runsOf = async (): Promise<number> =>
  (await p.bench.query<{ n: number }>("select count(*)::int as n from ingest.runs"))[0]!.n;

describe("an execution", () => {
  it("is one worker's: another is told to come again", async () => {
    const id = await queued();
    await asService(p.bench.db, p.bench.org.id, (c) =>
      c.query("select ingest.lease_pipeline_run($1, 'somebody', 60)", [id]),
    );
    await expect(
      executePipeline(p.context, { orgId: p.bench.org.id, pipelineRunId: id }, "test-worker"),
    ).rejects.toMatchObject({ code: "IN007" });
  });

  it("whose worker is killed before its result is submitted is done again by the next, once", async () => {
    const id = await queued();
    const before = await runsOf();
    const pool = createPool(p.bench.db.workerUrl, { name: "mortal", max: 4, log: createLogger("silent") });
    pool.on("connect", (client) => client.on("error", () => undefined));
    const store = storeThat(async () => {
      await p.bench.db.admin.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'mortal' and datname = current_database()",
      );
      await pool.end().catch(() => undefined);
    });
    const mortal = { ...p.context, pool, store, leaseSeconds: 1, log: createLogger("silent") };
    await expect(
      executePipeline(mortal, { orgId: p.bench.org.id, pipelineRunId: id }, "mortal"),
    ).rejects.toThrow();
    await p.bench.db.admin.query("select pg_sleep(1.2)");
    const done = await p.execute(id);
    expect(done).toMatchObject({ status: "submitted", load: { status: "succeeded", inserted: 1 } });
    expect(await runsOf()).toBe(before + 1);
    // The same job once more finds nothing to do.
    expect((await p.execute(id)).outcome).toBe("nothing");
    expect(await runsOf()).toBe(before + 1);
  });

  it("whose job is gone too is put back into the queue by whoever lives, and the silent worker writes nothing", async () => {
    const { db, org } = p.bench;
    const id = await queued();
    await asService(db, org.id, (c) => c.query("select ingest.lease_pipeline_run($1, 'silent', 1)", [id]));
    await db.admin.query(
      "select graphile_worker.complete_jobs(array_agg(id)) from graphile_worker.jobs where key = $1",
      [`pipeline_run:${id}`],
    );
    await db.admin.query("select pg_sleep(1.2)");
    await asPlatform(db, (c) => c.query("select ingest.reap_runs()"));
    const { rows } = await db.admin.query(
      "select count(*)::int as n from graphile_worker.jobs where key = $1",
      [`pipeline_run:${id}`],
    );
    expect(rows).toEqual([{ n: 1 }]);
    await expect(
      asService(db, org.id, (c) => c.query("select ingest.submit_pipeline_run($1, 1, 0, 0, '[]')", [id])),
    ).rejects.toMatchObject({ code: "IN007" });
    expect(await p.execute(id)).toMatchObject({ status: "submitted" });
  });

  it("that was taken over or cancelled meanwhile writes nothing, and its result is removed", async () => {
    const id = await queued();
    const before = await runsOf();
    const keys: string[] = [];
    const store: ObjectStore = {
      ...p.bench.store,
      put: async (key, body, options) => {
        keys.push(key);
        const stored = await p.bench.store.put(key, body, options);
        await p.bench.query("select ingest.cancel_pipeline_run($1)", [id]);
        return stored;
      },
    };
    expect(await p.execute(id, { store })).toMatchObject({
      outcome: "lost",
      status: "cancelled",
      run_id: null,
    });
    expect(await runsOf()).toBe(before);
    expect(await p.bench.store.size(keys[0]!)).toBeNull();
  });

  it("waits while a store is down and goes on by itself", async () => {
    const id = await queued();
    const store = storeThat(async () => {
      throw new AppError("STORE_DOWN", "the object store cannot be reached", { hint: "Wait." });
    });
    expect(await p.execute(id, { store })).toMatchObject({
      outcome: "waiting",
      status: "waiting",
      error: { code: "STORE_DOWN" },
    });
    const { rows } = await p.bench.db.admin.query(
      "select run_at > now() as later from graphile_worker.jobs where key = $1",
      [`pipeline_run:${id}`],
    );
    expect(rows).toEqual([{ later: true }]);
    expect(await p.execute(id)).toMatchObject({
      status: "submitted",
      error: null,
      load: { status: "succeeded" },
    });
  });

  it("that failed is run again from the start, marked as such", async () => {
    const file = await p.upload("faults", "other,v\n1,x\n");
    const [row] = await p.bench.query<{ id: string }>("select id from ingest.run_pipeline('faults', $1)", [
      file,
    ]);
    await p.execute(row!.id);
    const [again] = await p.bench.query<{ id: string; rerun_of: string; trigger: string }>(
      "select * from ingest.rerun_pipeline($1, true)",
      [row!.id],
    );
    expect(again).toMatchObject({
      rerun_of: row!.id,
      trigger: "rerun",
      rerun_from: "start",
      status: "queued",
    });
    await expect(p.bench.query("select ingest.rerun_pipeline($1)", [again!.id])).rejects.toMatchObject({
      code: "IN006",
    });
  });

  it("whose loads failed is run again from them: nothing is transformed, what went well stays, from the start if asked", async () => {
    await p.create("parted", {
      input: { kind: "file" },
      steps: [{ kind: "split", where: "v = 'b'", output: { dataset: "parted_b", key_fields: ["id"] } }],
      output: { dataset: "parted_a", key_fields: ["id"] },
    });
    const file = await p.upload("parted", "id,v\n1,a\n2,b\n");
    const [row] = await p.bench.query<{ id: string }>("select id from ingest.run_pipeline('parted', $1)", [
      file,
    ]);
    const first = await p.execute(row!.id);
    const good = first.steps[1]!.run_id;
    // As if its worker had met what it cannot get over.
    await p.bench.db.admin.query(
      "update ingest.runs set status = 'failed', finished_at = now(), error = $2 where id = $1",
      [first.run_id, JSON.stringify({ code: "UNKNOWN", message: "planted" })],
    );
    const rerun = async (fromStart: boolean) =>
      (
        await p.bench.query<{ id: string; rerun_from: string; status: string; run_id: string }>(
          "select * from ingest.rerun_pipeline($1, $2)",
          [row!.id, fromStart],
        )
      )[0]!;
    const again = await rerun(false);
    expect(again).toMatchObject({ rerun_from: "load", status: "submitted", rows_in: "2" });
    expect(again.run_id).not.toBe(first.run_id);
    const loads = await p.bench.query(
      "select rerun_of, rerun_from, status, file_id = (select file_id from ingest.runs where id = $2) as same_file from ingest.runs where id = $1",
      [again.run_id, first.run_id],
    );
    expect(loads).toEqual([
      { rerun_of: first.run_id, rerun_from: "stage", status: "queued", same_file: true },
    ]);
    // Nothing is left for a worker to transform; the steps and the load that went well are the first one's.
    const second = await p.execute(again.id);
    expect(second).toMatchObject({ outcome: "nothing", status: "submitted", load: { status: "succeeded" } });
    expect(second.steps.map((s) => [s.kind, s.rows_out, s.run_id])).toEqual([
      ["file", 2, null],
      ["split", 1, good],
    ]);
    const old = await p.bench.query("select run_id from ingest.pipeline_runs where id = $1", [row!.id]);
    expect(old).toEqual([{ run_id: first.run_id }]);
    // All went well: all of it again.
    const [whole] = await p.bench.query("select * from ingest.rerun_pipeline($1)", [again.id]);
    expect(whole).toMatchObject({ rerun_from: "start", status: "queued" });
    expect(await rerun(true)).toMatchObject({ rerun_from: "start", status: "queued" });
  });

  it("acts for a live member, or not at all", async () => {
    const { db, org } = p.bench;
    const leaver = await addMember(db, org.id, "leaver@acme.example", "manager");
    await asMember(db, { orgId: org.id, userId: leaver }, (c) =>
      c.query("select ingest.create_pipeline('left_behind', $1)", [
        JSON.stringify({
          input: { kind: "dataset", name: "faults" },
          steps: [],
          output: { dataset: "left", key_fields: ["id"] },
        }),
      ]),
    );
    const byClock = async (): Promise<string> =>
      asService(
        db,
        org.id,
        async (c) =>
          (await c.query("select id from ingest.run_pipeline('left_behind', null, 'schedule')")).rows[0].id,
      );
    expect(await p.execute(await byClock())).toMatchObject({ status: "submitted" });
    const role = (key: string) =>
      db.admin.query("update access.memberships set role_key = $2 where user_id = $1", [leaver, key]);
    await role("analyst");
    expect(await p.execute(await byClock())).toMatchObject({ status: "failed", error: { code: "IN067" } });
    await role("manager");
    await db.admin.query("delete from access.memberships where user_id = $1", [leaver]);
    expect(await p.execute(await byClock())).toMatchObject({ status: "failed", error: { code: "IN067" } });
    await db.admin.query("delete from access.users where id = $1", [leaver]);
    expect(await p.execute(await byClock())).toMatchObject({ status: "failed", error: { code: "IN067" } });
  });
});
