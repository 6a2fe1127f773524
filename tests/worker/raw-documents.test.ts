/**
 * Raw records follow their run: with S3 as object store and a MongoDB-protocol server, both real. Whatever happens to store,
 * worker or run on the way, in the end the documents say what the tables say.
 */
import { Readable } from "node:stream";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createLogger } from "../../lib/log.ts";
import { withClaim } from "../../lib/pg.ts";
import type { DocumentStore } from "../../lib/stores/document/index.ts";
import { createMongoStore } from "../../lib/stores/document/mongodb.ts";
import { fileKey } from "../../lib/stores/object/keys.ts";
import { createS3Store } from "../../lib/stores/object/s3.ts";
import { runErasure } from "../../worker/retention/erase.ts";
import { type FollowContext, followFile } from "../../worker/staging/follow.ts";
import { loadBatch } from "../../worker/stream/batch.ts";
import { requeueRuns } from "../../worker/tasks/ingest__requeue.ts";
import { offerMongo, offerS3 } from "../contract/servers.ts";
import { addMember, asMember } from "../support/database.ts";
import { createSealed, type Sealed } from "./audit-support.ts";
import { sendEvents } from "./stream-support.ts";
import { type Bench, declare } from "./support.ts";

const mongo = await offerMongo();
const s3 = await offerS3();
const CSV = "id,name,amount\n1,Ada,1.5\n2,Grace,2\n3,Alan,x\n4,Edsger\n5,Barbara,5\n";
const FIELDS = [
  { name: "id", type: "integer" },
  { name: "name", type: "text" },
  { name: "amount", type: "numeric" },
];

describe("raw records", () => {
  if (!("start" in mongo) || !("start" in s3)) {
    const why = "missing" in mongo ? mongo.missing : "missing" in s3 ? s3.missing : "";
    test("follow their run", (context) => context.skip(why));
    return;
  }
  let bench: Bench;
  let sealed: Sealed;
  let documents: DocumentStore;
  let down: DocumentStore;
  let context: FollowContext;
  const stops: (() => Promise<unknown>)[] = [];
  const { signal } = new AbortController();
  let made = 0;

  beforeAll(async () => {
    sealed = await createSealed("stores");
    bench = sealed.bench;
    stops.push(() => sealed.close());
    const server = await mongo.start();
    stops.push(server.stop);
    documents = createMongoStore(server.settings.url);
    stops.push(() => documents.close());
    down = createMongoStore("mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=300");
    stops.push(() => down.close());
    const objects = await s3.start();
    stops.push(objects.stop);
    const store = createS3Store(objects.settings);
    await store.check();
    bench.context.store = store;
    bench.context.documents = documents;
    context = { ...bench.context, documents };
  });
  afterAll(async () => {
    for (const stop of stops.reverse()) await stop();
  });

  const makeDataset = async (key = ["id"]): Promise<{ name: string; id: string }> => {
    const name = `people_${++made}`;
    return { name, id: await declare(bench, name, FIELDS, key) };
  };
  async function submit(dataset: string, content: string): Promise<{ id: string; file_id: string }> {
    const key = fileKey(bench.org.id);
    const stored = await bench.context.store.put(key, Readable.from([Buffer.from(content)]), {
      maxBytes: 1e8,
    });
    const rows = await bench.query<{ id: string; file_id: string }>(
      "select id, file_id from ingest.submit_file($1, 'people.csv', $2, $3, $4, force => true)",
      [dataset, key, stored.size, stored.sha256],
    );
    return rows[0]!;
  }
  const follow = (fileId: string, more: Partial<FollowContext> = {}) =>
    followFile({ ...context, ...more }, bench.org.id, fileId, signal);
  const org = () => ({ id: bench.org.id, key: bench.org.schemaKey });
  const read = (dataset: string, fileId: string) => documents.read(org(), dataset, fileId, 0, 1e6);
  const said = async (dataset: string, fileId: string) =>
    (await read(dataset, fileId)).map((one) => [one.line, one.status, one.changeType, one.version]);
  const due = async (fileId: string) =>
    (
      await bench.db.admin.query<{ attempts: number; error: { code: string } | null; given_up: boolean }>(
        "select attempts, error, given_up from private.raw_due where file_id = $1",
        [fileId],
      )
    ).rows;
  const jobs = async (fileId: string) =>
    (
      await bench.db.admin.query<{ payload: unknown; later: boolean }>(
        "select payload, run_at > now() as later from graphile_worker._private_jobs where key = $1",
        [`raw:${fileId}`],
      )
    ).rows;

  test("say of each line what the load made of it: versions, rejected, unreadable, unchanged, doubled", async () => {
    const { name } = await makeDataset();
    const first = await submit(name, CSV);
    expect(await bench.run(first.id)).toBe("succeeded");
    // The load does not touch the document store; its end queues what does.
    expect(await read(name, first.file_id)).toEqual([]);
    expect(await jobs(first.file_id)).toEqual([
      { payload: { orgId: bench.org.id, fileId: first.file_id }, later: false },
    ]);
    await follow(first.file_id);
    expect(await said(name, first.file_id)).toEqual([
      [2, "valid", "insert", 1],
      [3, "valid", "insert", 1],
      [4, "rejected", "rejected", null],
      [5, "rejected", "rejected", null],
      [6, "valid", "insert", 1],
    ]);
    expect(await due(first.file_id)).toEqual([]);
    const again = await submit(name, "id,name,amount\n1,Ada,1.50\n2,Hopper,2\n2,Hopper,2\n7,New,1\n");
    expect(await bench.run(again.id)).toBe("succeeded");
    await follow(again.file_id);
    expect(await said(name, again.file_id)).toEqual([
      [2, "valid", "unchanged", null],
      [3, "valid", "update", 2],
      [4, "valid", "duplicate", null],
      [5, "valid", "insert", 1],
    ]);
    // The first file's documents are what its run left; later loads change rows, not what a file said.
    expect((await said(name, first.file_id))[1]).toEqual([3, "valid", "insert", 1]);
  });

  test("of a load that took place while the store was down: it goes on, they wait, with growing pauses, and come by themselves", async () => {
    const { name } = await makeDataset();
    const run = await submit(name, CSV);
    expect(await bench.run(run.id, { documents: down })).toBe("succeeded");
    for (let attempt = 1; attempt <= 3; attempt++) {
      await follow(run.file_id, { documents: down });
      expect(await due(run.file_id)).toMatchObject([
        { attempts: attempt, error: { code: "STORE_DOWN" }, given_up: false },
      ]);
      expect(await jobs(run.file_id)).toMatchObject([{ later: true }]);
    }
    const { rows } = await bench.db.admin.query<{ seconds: number }>(
      "select extract(epoch from run_at - now())::float8 as seconds from graphile_worker._private_jobs where key = $1",
      [`raw:${run.file_id}`],
    );
    expect(rows[0]!.seconds).toBeGreaterThan(4);
    await follow(run.file_id);
    expect(await due(run.file_id)).toEqual([]);
    expect(await read(name, run.file_id)).toHaveLength(5);
  });

  test("are found again where their job is lost, and told as figures meanwhile", async () => {
    const { name } = await makeDataset();
    const run = await submit(name, CSV);
    await bench.run(run.id);
    await bench.db.admin.query("delete from graphile_worker._private_jobs where key = $1", [
      `raw:${run.file_id}`,
    ]);
    await bench.db.admin.query(
      "update private.raw_due set since = now() - interval '5 minutes' where file_id = $1",
      [run.file_id],
    );
    await requeueRuns({ ...bench.context, documents });
    expect(await jobs(run.file_id)).toHaveLength(1);
    const platform = { kind: "service", orgId: null, userId: null } as const;
    const figures = await withClaim(bench.db.worker, bench.db.claimKey, platform, (client) =>
      client.query<{ name: string; label: string; value: number }>(
        "select * from ops.measure_platform() where name like 'raw%' order by name, label",
      ),
    );
    expect(figures.rows).toEqual([
      { name: "raw_age", label: "oldest", value: expect.any(Number) },
      { name: "raw_runs", label: "given_up", value: 0 },
      { name: "raw_runs", label: "waiting", value: 1 },
    ]);
    expect(figures.rows[0]!.value).toBeGreaterThan(299);
    await follow(run.file_id);
  });

  test("of a held run say so far as is known, and all once it is released", async () => {
    const { name } = await makeDataset();
    await bench.db.admin.query(
      "update data.datasets set gate_min_rows = 1, max_rejected_share = 0.1 where name = $1",
      [name],
    );
    const line = (i: number) => `${i + 1},n,${i % 3 === 0 ? "x" : i}`;
    const run = await submit(
      name,
      `id,name,amount\n${Array.from({ length: 300 }, (_, i) => line(i)).join("\n")}\n`,
    );
    expect(await bench.run(run.id)).toBe("held");
    await follow(run.file_id);
    const held = await said(name, run.file_id);
    expect(held).toHaveLength(300);
    for (const [at, status, change, version] of held)
      expect([at, status, change, version]).toEqual(
        (Number(at) - 2) % 3 === 0 ? [at, "rejected", "rejected", null] : [at, "staged", null, null],
      );
    await bench.query("select ingest.release_run($1)", [run.id]);
    expect(await bench.run(run.id)).toBe("succeeded");
    await follow(run.file_id);
    for (const [at, status, change, version] of await said(name, run.file_id))
      expect([at, status, change, version]).toEqual(
        (Number(at) - 2) % 3 === 0 ? [at, "rejected", "rejected", null] : [at, "valid", "insert", 1],
      );
  });

  test("of a replay are brought up to date, whichever of both is written first", async () => {
    const { name } = await makeDataset();
    const run = await submit(name, CSV);
    await bench.run(run.id);
    const [replay] = await bench.query<{ id: string }>("select id from ingest.replay_rejected($1, $2)", [
      run.id,
      JSON.stringify({ 4: { amount: "7" } }),
    ]);
    expect(await bench.run(replay!.id)).toBe("succeeded");
    // Nothing of the first run was written yet: both states are due, in their order.
    expect(await due(run.file_id)).toHaveLength(2);
    await follow(run.file_id);
    expect((await said(name, run.file_id))[2]).toEqual([4, "valid", "insert", 1]);
    expect(await due(run.file_id)).toEqual([]);
    const [again] = await bench.query<{ id: string }>("select id from ingest.replay_rejected($1, $2)", [
      run.id,
      JSON.stringify({ 5: { id: "4", name: "Edsger", amount: "y" } }),
    ]);
    await bench.run(again!.id);
    await follow(run.file_id);
    expect((await said(name, run.file_id))[3]).toEqual([5, "rejected", "rejected", null]);
  });

  test("of a batch of events follow it too, as they were sent", async () => {
    const { name, id } = await makeDataset();
    await sendEvents(bench, name, [
      { id: 11, name: "Grace", extra: { deep: 1 } },
      { id: 12, amount: "x" },
      { id: 11, name: "Barbara" },
    ]);
    // The batch does not wait for the document store.
    const batch = await loadBatch({ ...bench.context, documents: down }, bench.org.id, id, "test");
    expect(batch).toMatchObject({ outcome: "succeeded", events: 3 });
    const [run] = await bench.query<{ file_id: string }>(
      "select file_id from ingest.runs where dataset_id = $1",
      [id],
    );
    await follow(run!.file_id);
    expect(await said(name, run!.file_id)).toEqual([
      [1, "valid", "duplicate", null],
      [2, "rejected", "rejected", null],
      [3, "valid", "insert", 1],
    ]);
    expect((await read(name, run!.file_id))[0]!.data).toMatchObject({ id: "11", extra: '{"deep":1}' });
  });

  test("that a person's erasure meets on their way are not written, nor left", async () => {
    const { name } = await makeDataset();
    const owner = await addMember(bench.db, bench.org.id, `owner${made}@stores.example`, "owner");
    const run = await submit(
      name,
      `id,name,amount\n${Array.from({ length: 3000 }, (_, i) => `${i + 1},name ${i + 1},1`).join("\n")}\n`,
    );
    await bench.run(run.id);
    // Versions that are not committed to yet cannot be erased from the trail.
    await sealed.seal();
    const erase = async (id: number): Promise<void> => {
      const [asked] = await asMember(
        bench.db,
        { orgId: bench.org.id, userId: owner },
        async (client) =>
          (
            await client.query("select id from data.request_erasure($1, 'asked')", [
              JSON.stringify([{ dataset: name, key: { id } }]),
            ])
          ).rows as { id: string }[],
      );
      const eraser = {
        ...context,
        pool: bench.db.worker,
        claimKey: bench.db.claimKey,
        log: createLogger("fatal"),
      };
      expect(await runErasure(eraser, bench.org.id, asked!.id)).toBe("succeeded");
    };
    // Before anything of the file is written: 10. While it is, from the bytes as they were: 20 (written already) and 2990.
    await erase(10);
    let met = false;
    await follow(run.file_id, {
      onFollow: async (at) => {
        if (at !== "batch" || met) return;
        met = true;
        await erase(20);
        await erase(2990);
      },
    });
    expect(met).toBe(true);
    await follow(run.file_id);
    expect(await due(run.file_id)).toEqual([]);
    const all = [];
    for (let from = 0; from < 4000; from += 1000)
      all.push(...(await documents.read(org(), name, run.file_id, from, from + 999)));
    expect(all).toHaveLength(2997);
    const told = JSON.stringify(all);
    for (const id of [10, 20, 2990]) expect(told).not.toContain(`"name ${id}"`);
  });

  test("of a file larger than a page of outcomes are right on every line", async () => {
    const { name } = await makeDataset();
    const rows = 3000;
    const line = (i: number) => `${i + 1},n,${i % 7 === 0 ? "x" : i}`;
    const run = await submit(
      name,
      `id,name,amount\n${Array.from({ length: rows }, (_, i) => line(i)).join("\n")}\n`,
    );
    await bench.db.admin.query("update data.datasets set max_rejected_share = 1 where name = $1", [name]);
    expect(await bench.run(run.id)).toBe("succeeded");
    await follow(run.file_id);
    for (let from = 0; from <= rows + 1; from += 1000) {
      for (const one of await documents.read(org(), name, run.file_id, from, from + 999))
        expect([one.line, one.status]).toEqual([one.line, (one.line - 2) % 7 === 0 ? "rejected" : "valid"]);
    }
  });
});
