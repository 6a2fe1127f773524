/** A whole load with S3 as object store and a MongoDB-protocol server as staging, both real; and with that one down. */
import { randomUUID } from "node:crypto";
import { Readable } from "node:stream";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DocumentStore } from "../../lib/stores/document/index.ts";
import { createMongoStore } from "../../lib/stores/document/mongodb.ts";
import { fileKey } from "../../lib/stores/object/keys.ts";
import { createS3Store } from "../../lib/stores/object/s3.ts";
import { loadBatch } from "../../worker/stream/batch.ts";
import { createDescribeRawTask } from "../../worker/tasks/ingest__describe_raw.ts";
import { offerMongo, offerS3 } from "../contract/servers.ts";
import { sendEvents } from "./stream-support.ts";
import { type Bench, createLoader } from "./support.ts";

const mongo = await offerMongo();
const s3 = await offerS3();
const CSV = "id,name,amount\n1,Ada,1.5\n2,Grace,2\n3,Alan,x\n4,Edsger\n5,Barbara,5\n";

describe("a load through real stores", () => {
  if (!("start" in mongo) || !("start" in s3)) {
    const why = "missing" in mongo ? mongo.missing : "missing" in s3 ? s3.missing : "";
    test("keeps every record", (context) => context.skip(why));
    return;
  }
  let bench: Bench;
  let documents: DocumentStore;
  const stops: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    bench = await createLoader("stores");
    stops.push(() => bench.close());
    const server = await mongo.start();
    stops.push(server.stop);
    documents = createMongoStore(server.settings.url);
    stops.push(() => documents.close());
    const objects = await s3.start();
    stops.push(objects.stop);
    const store = createS3Store(objects.settings);
    await store.check();
    bench.context.store = store;
    bench.context.documents = documents;
    await bench.query("select data.create_dataset('people', $1, '{id}')", [
      JSON.stringify([
        { name: "id", type: "integer" },
        { name: "name", type: "text" },
        { name: "amount", type: "numeric" },
      ]),
    ]);
  });
  afterAll(async () => {
    for (const stop of stops.reverse()) await stop();
  });

  async function submit(content: string): Promise<{ id: string; file_id: string }> {
    const key = fileKey(bench.org.id);
    const stored = await bench.context.store.put(key, Readable.from([Buffer.from(content)]), {
      maxBytes: 1e6,
    });
    const rows = await bench.query<{ id: string; file_id: string }>(
      "select id, file_id from ingest.submit_file('people', 'people.csv', $1, $2, $3)",
      [key, stored.size, stored.sha256],
    );
    return rows[0]!;
  }

  test("keeps every record, marks the rejected ones and merges the rest", async () => {
    const run = await submit(CSV);
    expect(await bench.run(run.id)).toBe("succeeded");
    expect(await bench.runRow(run.id)).toMatchObject({ read: 5, inserted: 3, rejected: 2 });
    const org = { id: bench.org.id, key: bench.org.schemaKey };
    const records = await documents.read(org, "people", run.file_id, 0, 100);
    expect(records.map((r) => [r.line, r.status, r.readable])).toEqual([
      [2, "staged", true],
      [3, "staged", true],
      [4, "rejected", true],
      [5, "rejected", false],
      [6, "staged", true],
    ]);
    expect(records[0]!.data).toEqual({ id: "1", name: "Ada", amount: "1.5" });
    // The merge queued what tells them of it.
    const jobs = await bench.db.admin.query(
      "select j.payload from graphile_worker._private_jobs j where j.key = $1",
      [`raw:${run.id}`],
    );
    expect(jobs.rows).toEqual([{ payload: { orgId: bench.org.id, runId: run.id } }]);
    const describe = createDescribeRawTask({ ...bench.context, documents });
    await describe(jobs.rows[0].payload);
    expect((await documents.read(org, "people", run.file_id, 0, 100)).map((r) => r.status)).toEqual([
      "valid",
      "valid",
      "rejected",
      "rejected",
      "valid",
    ]);
  });

  test("of a stream's batch keeps its events too, beside the batch, with what became of them", async () => {
    const { datasetId } = await sendEvents(bench, "people", [
      { id: 11, name: "Grace", extra: { deep: 1 } },
      { id: 12, amount: "x" },
      { id: 11, name: "Barbara" },
    ]);
    const down = createMongoStore("mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=300");
    try {
      // The batch does not wait for the document store.
      const batch = await loadBatch({ ...bench.context, documents: down }, bench.org.id, datasetId, "test");
      expect(batch).toMatchObject({ outcome: "succeeded", events: 3 });
      const [run] = await bench.query<{ id: string; file_id: string }>(
        "select id, file_id from ingest.runs where dataset_id = $1 order by created_at desc limit 1",
        [datasetId],
      );
      const jobs = await bench.db.admin.query(
        "select j.payload from graphile_worker._private_jobs j where j.key = $1",
        [`raw:${run!.id}`],
      );
      expect(jobs.rows).toEqual([{ payload: { orgId: bench.org.id, runId: run!.id, stage: true } }]);
      const { payload } = jobs.rows[0];
      const refused = createDescribeRawTask({ ...bench.context, documents: down })(payload);
      await expect(refused).rejects.toMatchObject({ code: "STORE_DOWN" });
      const describe = createDescribeRawTask({ ...bench.context, documents });
      const read = () =>
        documents.read({ id: bench.org.id, key: bench.org.schemaKey }, "people", run!.file_id, 0, 100);
      // Done twice, it is the same.
      for (let i = 0; i < 2; i++) {
        await describe(payload);
        const records = await read();
        expect(records.map((r) => [r.line, r.status])).toEqual([
          [1, expect.any(String)],
          [2, "rejected"],
          [3, "valid"],
        ]);
        expect(records[0]!.data).toMatchObject({ id: "11", name: "Grace" });
      }
    } finally {
      await down.close();
    }
  });

  test("waits while the document store is down, and goes on when it is back", async () => {
    const down = createMongoStore("mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=300");
    const run = await submit(CSV.replace("Ada", randomUUID()));
    try {
      expect(await bench.run(run.id, { documents: down })).toBe("waiting");
    } finally {
      await down.close();
    }
    expect(await bench.runRow(run.id)).toMatchObject({ status: "waiting", error: { code: "STORE_DOWN" } });
    expect(await bench.run(run.id)).toBe("succeeded");
    expect(await bench.runRow(run.id)).toMatchObject({ read: 5, updated: 1, unchanged: 2, rejected: 2 });
  });
});
