/**
 * Streams as the worker loads them: whatever way events are cut into batches, the dataset ends where its events, applied
 * one after another, would have left it; each event counts once; a fault leaves everything as it was.
 */
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AppError } from "../../lib/errors.ts";
import { createLogger } from "../../lib/log.ts";
import { createPool } from "../../lib/pg.ts";
import { loadBatch } from "../../worker/stream/batch.ts";
import { startPump } from "../../worker/stream/pump.ts";
import { addMember, createOrg } from "../support/database.ts";
import { sendEvents } from "./stream-support.ts";
import { type Bench, countsOf, createLoader, declare } from "./support.ts";

let bench: Bench;
let editor: string;
beforeAll(async () => {
  bench = await createLoader();
  editor = await addMember(bench.db, bench.org.id, "editor@acme.example", "editor");
});
afterAll(() => bench.close());

const FIELDS = [
  { name: "k", type: "integer" },
  { name: "v", type: "integer", minimum: "0" },
  { name: "note", sourceName: "Note" },
];
let made = 0;
async function makeDataset(key: string[] = ["k"]): Promise<{ name: string; id: string }> {
  const name = `stream_${++made}`;
  return { name, id: await declare(bench, name, FIELDS, key) };
}
const load = (id: string) => loadBatch(bench.context, bench.org.id, id, "test-worker");
const outcomes = (numbers: number[]) =>
  bench.query<{ number: string; status: string; run_id: string; line: string; reasons: { rule: string }[] }>(
    "select * from private.event_outcomes($1) order by number",
    [numbers],
  );
const rowsOf = (name: string) => bench.query(`select k, v, note, version from org_acme.${name} order by k`);
const runsOf = (id: string) =>
  bench.query<{ id: string; status: string }>(
    "select id, status from ingest.runs where dataset_id = $1 order by created_at",
    [id],
  );

describe("a batch", () => {
  it("is one file and one run, checked as a file is: counts, versions, rejected rows with reasons, lineage", async () => {
    const { name, id } = await makeDataset();
    const { events } = await sendEvents(bench, name, [
      { k: 1, v: 1, Note: "by the file's spelling" },
      { k: 2, v: -1 },
      { k: "x", v: "NA" },
      { v: 3 },
      { k: 1, v: 2, note: "the last one counts", _id: "a", unknown: true },
    ]);
    expect(await load(id)).toEqual({ outcome: "succeeded", events: 5, full: false });
    expect(await rowsOf(name)).toEqual([{ k: 1, v: 2, note: "the last one counts", version: 1 }]);
    const told = await outcomes(events.map(([number]) => number));
    expect(told.map(({ status, reasons }) => [status, reasons?.map((r) => r.rule) ?? null])).toEqual([
      ["loaded", null],
      ["rejected", ["range"]],
      ["rejected", ["type"]],
      ["rejected", ["required"]],
      ["loaded", null],
    ]);
    const run = await bench.runRow(told[0]!.run_id);
    expect(countsOf(run)).toMatchObject({ read: 5, inserted: 1, rejected: 3, duplicate: 1 });
    const stored = await bench.query<{ object_key: string }>(
      "select object_key from ingest.files where id = $1",
      [run.file_id],
    );
    expect(await bench.store.size(stored[0]!.object_key)).toBeGreaterThan(0);
    const edges = await bench.query(
      "select from_kind, to_kind from lineage.edges where run_id = $1 order by 1",
      [run.id],
    );
    expect(edges).toEqual([
      { from_kind: "file", to_kind: "run" },
      { from_kind: "run", to_kind: "dataset" },
    ]);
    const warned = await bench.query(
      "select line::int, column_name from ingest.row_issues where run_id = $1 and not rejected",
      [run.id],
    );
    expect(warned).toEqual([{ line: 5, column_name: "unknown" }]);

    // Rejected events are fixed and replayed as rejected rows of a file are.
    const [replay] = await bench.query<{ id: string }>("select id from ingest.replay_rejected($1, $2)", [
      run.id,
      JSON.stringify({ 2: { v: 7 } }),
    ]);
    await bench.run(replay!.id);
    expect(await rowsOf(name)).toEqual([
      { k: 1, v: 2, note: "the last one counts", version: 1 },
      { k: 2, v: 7, note: null, version: 1 },
    ]);
  });

  it("goes to an append-only dataset whole", async () => {
    const { name, id } = await makeDataset([]);
    await sendEvents(bench, name, [
      { k: 1, v: 1 },
      { k: 1, v: 1 },
    ]);
    await load(id);
    await sendEvents(bench, name, [{ k: 1, v: 1 }]);
    await load(id);
    expect(await rowsOf(name)).toHaveLength(3);
  });

  it("carries the name of whoever sent it, one sender a batch, in the order of arrival", async () => {
    const { name, id } = await makeDataset();
    await sendEvents(bench, name, [{ k: 1, v: 1 }]);
    await sendEvents(bench, name, [{ k: 1, v: 2 }], { userId: editor });
    await sendEvents(bench, name, [{ k: 1, v: 3 }]);
    for (const events of [1, 1, 1, 0]) expect((await load(id)).events).toBe(events);
    const history = await bench.query(`select v, changed_by from org_acme.${name}_history order by version`);
    expect(history).toEqual([
      { v: 1, changed_by: bench.manager },
      { v: 2, changed_by: editor },
      { v: 3, changed_by: bench.manager },
    ]);
  });

  it("behind the gate is held, and loads when it is released", async () => {
    const { name, id } = await makeDataset();
    const bad = Array.from({ length: 90 }, (_, i) => ({ k: i, v: -1 }));
    const good = Array.from({ length: 20 }, (_, i) => ({ k: 1000 + i, v: i }));
    const { events } = await sendEvents(bench, name, [...bad, ...good]);
    expect((await load(id)).outcome).toBe("held");
    expect(await rowsOf(name)).toEqual([]);
    expect((await outcomes([events[100]![0]]))[0]!.status).toBe("accepted");
    const [run] = await runsOf(id);
    await bench.query("select ingest.release_run($1)", [run!.id]);
    await bench.run(run!.id);
    expect(countsOf(await bench.runRow(run!.id))).toMatchObject({ read: 110, inserted: 20, rejected: 90 });
    const statuses = (await outcomes(events.map(([number]) => number))).map((event) => event.status);
    expect(statuses.filter((status) => status === "loaded")).toHaveLength(20);
  });

  it("that cannot be loaded is set aside as a failed run, and the stream goes on", async () => {
    const { name, id } = await makeDataset();
    const { events } = await sendEvents(bench, name, [{ k: 1, v: 1 }]);
    const poison = new AppError("IN012", "nothing helps", { hint: "Look into it." });
    expect((await loadBatch(bench.context, bench.org.id, id, "test-worker", poison)).outcome).toBe("failed");
    const [told] = await outcomes([events[0]![0]]);
    expect(told).toMatchObject({
      status: "rejected",
      reasons: [{ rule: "IN012", message: "nothing helps" }],
    });
    await sendEvents(bench, name, [{ k: 2, v: 2 }]);
    await load(id);
    expect(await rowsOf(name)).toEqual([{ k: 2, v: 2, note: null, version: 1 }]);
  });
});

describe("events", () => {
  it("end where they would have been applied one after another, however they are cut", async () => {
    const event = fc.record({ k: fc.integer({ min: 0, max: 4 }), v: fc.integer({ min: -2, max: 6 }) });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(event, { minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 4 }),
        async (batches) => {
          const { name, id } = await makeDataset();
          const model = new Map<number, number>();
          for (const batch of batches) {
            await sendEvents(bench, name, batch);
            await load(id);
            for (const { k, v } of batch) if (v >= 0) model.set(k, v);
          }
          const wanted = [...model].sort(([a], [b]) => a - b);
          expect((await rowsOf(name)).map(({ k, v }) => [k, v])).toEqual(wanted);
          const [sums] = await bench.query(
            `select bool_and(read_rows = inserted_rows + updated_rows + unchanged_rows + rejected_rows + duplicate_rows) as add_up,
                    sum(read_rows)::int as read, sum(inserted_rows + updated_rows)::int as written
               from ingest.runs where dataset_id = $1`,
            [id],
          );
          expect(sums).toMatchObject({ add_up: true, read: batches.flat().length });
          const [versions] = await bench.query(`select count(*)::int as n from org_acme.${name}_history`);
          expect(versions!.n).toBe(sums!.written);
        },
      ),
      { numRuns: 12 },
    );
  });

  it("are taken once, by twenty requests at the same time", async () => {
    const { name, id } = await makeDataset();
    const events = Array.from({ length: 30 }, (_, i) => ({ k: i, v: i }));
    const keys = events.map((_, i) => `key-${i}`);
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => sendEvents(bench, name, events, { keys })),
    );
    const fresh = answers.flatMap((answer) => answer.events.filter(([, before]) => !before));
    expect(fresh).toHaveLength(30);
    // All are told of the same events.
    for (const answer of answers) {
      expect(answer.events.map(([number]) => number)).toEqual(answers[0]!.events.map(([number]) => number));
    }
    await load(id);
    expect(await rowsOf(name)).toHaveLength(30);
    const again = await sendEvents(bench, name, events, { keys });
    expect(again.events.every(([, before]) => before)).toBe(true);
    expect((await load(id)).outcome).toBe("nothing");
  });

  it("of an organization are not another one's to ask after", async () => {
    const { name } = await makeDataset();
    const { events } = await sendEvents(bench, name, [{ k: 1, v: 1 }]);
    const other = await createOrg(bench.db, `other${made}`);
    const stranger = await addMember(bench.db, other.id, `eve@other${made}.example`, "owner");
    const { asMember } = await import("../support/database.ts");
    await asMember(bench.db, { orgId: other.id, userId: stranger }, async (client) => {
      const seen = await client.query("select * from private.event_outcomes($1)", [[events[0]![0]]]);
      expect(seen.rows).toEqual([]);
      await expect(
        client.query("select private.take_events($1, $2)", [name, '[{"body": {}}]']),
      ).rejects.toMatchObject({ code: "IN005" });
    });
  });
});

/** A worker process of its own that can be killed: its connections go, and it can write nothing down. */
function mortal() {
  const pool = createPool(bench.db.workerUrl, { name: "mortal-stream", max: 6, log: createLogger("silent") });
  pool.on("connect", (client) => client.on("error", () => undefined));
  return {
    context: { ...bench.context, pool, log: createLogger("silent") },
    async kill() {
      await bench.db.admin.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'mortal-stream' and datname = current_database()",
      );
      await pool.end().catch(() => undefined);
    },
  };
}

async function until(check: () => Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 200; turn++) {
    if (await check()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("it did not come about");
}

describe("a worker that dies", () => {
  it("in the middle of a batch leaves its events waiting, and another one loads them once", async () => {
    const { name, id } = await makeDataset();
    await sendEvents(bench, name, [{ k: 1, v: 1 }]);
    await load(id);
    const before = await rowsOf(name);
    await sendEvents(bench, name, [
      { k: 1, v: 2 },
      { k: 2, v: -5 },
    ]);
    const waits = "select dataset, waiting from ingest.stream_states() where dataset_id = $1";
    expect(await bench.query(waits, [id])).toEqual([{ dataset: name, waiting: 2 }]);
    // The merge waits for a lock, with everything else of the batch done.
    const blocker = await bench.db.admin.connect();
    await blocker.query(`begin; lock table store_acme.${name} in row exclusive mode`);
    const worker = mortal();
    const dying = loadBatch(worker.context, bench.org.id, id, "mortal").catch(() => "died");
    await until(async () => {
      const { rows } = await bench.db.admin.query(
        "select 1 from pg_stat_activity where application_name = 'mortal-stream' and wait_event_type = 'Lock'",
      );
      return rows.length > 0;
    });
    await worker.kill();
    expect(await dying).toBe("died");
    await blocker.query("rollback");
    blocker.release();
    expect(await rowsOf(name)).toEqual(before);
    expect(await runsOf(id)).toHaveLength(1);
    expect(await load(id)).toMatchObject({ outcome: "succeeded", events: 2 });
    expect(await rowsOf(name)).toEqual([{ k: 1, v: 2, note: null, version: 2 }]);
    const rejected = await bench.query("select 1 from ingest.rejected_rows where dataset_id = $1", [id]);
    expect(rejected).toHaveLength(1);
    // And after the commit, before it could say so: nothing is left to do.
    expect((await load(id)).outcome).toBe("nothing");
    expect(await runsOf(id)).toHaveLength(2);
  });

  it("does not stop another stream, nor do two workers load one batch twice", async () => {
    const { name, id } = await makeDataset();
    await sendEvents(
      bench,
      name,
      Array.from({ length: 50 }, (_, i) => ({ k: i, v: i })),
    );
    const results = await Promise.allSettled(Array.from({ length: 4 }, () => load(id)));
    const told = results.map((result) =>
      result.status === "fulfilled" ? result.value.outcome : (result.reason as { code: string }).code,
    );
    expect(told.filter((one) => one === "succeeded")).toHaveLength(1);
    for (const one of told) expect(["succeeded", "busy", "nothing", "IN014"]).toContain(one);
    expect(await rowsOf(name)).toHaveLength(50);
    expect((await bench.query(`select 1 from org_acme.${name}_history`)).length).toBe(50);
  });
});

describe("the pump", () => {
  it("loads what waits, and waits itself while the object store is down", async () => {
    const { name } = await makeDataset();
    let down = true;
    let refused = 0;
    const store = {
      ...bench.store,
      put: async (...args: Parameters<typeof bench.store.put>) => {
        if (down) {
          refused++;
          throw new AppError("STORE_DOWN", "the object store does not answer");
        }
        return bench.store.put(...args);
      },
    };
    const pump = startPump({ ...bench.context, store }, "test-pump");
    try {
      await sendEvents(bench, name, [{ k: 1, v: 1 }]);
      pump.wake();
      await until(async () => refused > 0);
      expect(await rowsOf(name)).toEqual([]);
      down = false;
      await until(async () => (await rowsOf(name)).length === 1);
    } finally {
      await pump.stop();
    }
  });
});

describe("events that do not fit the contract", () => {
  const evolve = async (id: string, columns: string, types: string) => {
    await bench.query("select data.alter_dataset($1, $2)", [
      id,
      JSON.stringify([{ op: "evolution", columns, types }]),
    ]);
  };
  const contract = (id: string) =>
    bench.query<{ name: string; type: string }>(
      "select name, type from data.fields where dataset_id = $1 and name not in ('k', 'v', 'note') order by name",
      [id],
    );

  it("make fields of it where it evolves, before the batch is loaded, whoever sends; numbers widen, texts among them are rejected", async () => {
    const { name, id } = await makeDataset();
    await evolve(id, "evolve", "evolve");
    const { events } = await sendEvents(
      bench,
      name,
      [
        { k: 1, v: 1, "Größe (m)": 7, paid: true, tags: ["a"], mixed: 1, version: 3, gone: null },
        { k: 2, v: 3_000_000_000, mixed: "x", ratio: 0.5, _id: "key" },
        { k: 3, v: "many" },
      ],
      { userId: editor },
    );
    expect(await load(id)).toMatchObject({ outcome: "succeeded", events: 3 });
    expect(await contract(id)).toEqual([
      { name: "grosse_m", type: "bigint" },
      { name: "mixed", type: "text" },
      { name: "paid", type: "boolean" },
      { name: "ratio", type: "numeric" },
      { name: "tags", type: "jsonb" },
      { name: "version_value", type: "bigint" },
    ]);
    expect(
      await bench.query(
        `select k, v::text, grosse_m::text, paid, tags, mixed, version_value::text, ratio from org_acme.${name} order by k`,
      ),
    ).toEqual([
      { k: 1, v: "1", grosse_m: "7", paid: true, tags: ["a"], mixed: "1", version_value: "3", ratio: null },
      {
        k: 2,
        v: "3000000000",
        grosse_m: null,
        paid: null,
        tags: null,
        mixed: "x",
        version_value: null,
        ratio: "0.5",
      },
    ]);
    const told = await outcomes(events.map(([number]) => number));
    expect(told.map(({ status, reasons }) => [status, reasons?.[0]?.rule])).toEqual([
      ["loaded", undefined],
      ["loaded", undefined],
      ["rejected", "type"],
    ]);
    // The contract's history says why; the next batch finds nothing to follow.
    const versions = () =>
      bench.query<{ reason: string }>(
        "select change as reason from data.contracts where dataset_id = $1 order by version",
        [id],
      );
    const before = await versions();
    expect(before.at(-1)).toEqual({ reason: "followed the events of a stream" });
    await sendEvents(bench, name, [{ k: 4, "Größe (m)": 8, v: 2.5 }]);
    await load(id);
    expect((await versions()).length).toBe(before.length + 1);
    await sendEvents(bench, name, [{ k: 5, "Größe (m)": 9, v: 1.5 }]);
    await load(id);
    expect((await versions()).length).toBe(before.length + 1);
  });

  it("are rejected with reasons, loaded without the value, or held, as the dataset says", async () => {
    const strict = await makeDataset();
    await evolve(strict.id, "discard_row", "discard_value");
    const sent = await sendEvents(bench, strict.name, [
      { k: 1, v: 1, other: "x", more: 2 },
      { k: 2, v: "no number", other: null },
      { k: 3, v: 3 },
    ]);
    expect(await load(strict.id)).toMatchObject({ outcome: "succeeded" });
    const told = await outcomes(sent.events.map(([number]) => number));
    expect(told.map(({ status, reasons }) => [status, reasons?.map((r) => r.rule) ?? null])).toEqual([
      ["rejected", ["unknown_column", "unknown_column"]],
      ["loaded", null],
      ["loaded", null],
    ]);
    expect(await rowsOf(strict.name)).toEqual([
      { k: 2, v: null, note: null, version: 1 },
      { k: 3, v: 3, note: null, version: 1 },
    ]);
    expect(countsOf(await bench.runRow(told[0]!.run_id))).toMatchObject({
      read: 3,
      inserted: 2,
      rejected: 1,
    });

    // Frozen columns: loaded without the value, with a warning. Frozen types: a person is asked.
    const frozen = await makeDataset();
    await evolve(frozen.id, "freeze", "freeze");
    await sendEvents(bench, frozen.name, [{ k: 1, v: 1, other: "x" }]);
    expect(await load(frozen.id)).toMatchObject({ outcome: "succeeded" });
    expect(await contract(frozen.id)).toEqual([]);
    await sendEvents(bench, frozen.name, [{ k: 2, v: "no number" }]);
    expect(await load(frozen.id)).toMatchObject({ outcome: "held" });
  });
});
