/** Erasure and archives where the files are in S3 and the raw records in a document store, both real. */
import { Readable } from "node:stream";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createLogger } from "../../lib/log.ts";
import type { DocumentStore } from "../../lib/stores/document/index.ts";
import { createMongoStore } from "../../lib/stores/document/mongodb.ts";
import { fileKey } from "../../lib/stores/object/keys.ts";
import { createS3Store } from "../../lib/stores/object/s3.ts";
import type { ObjectStore } from "../../lib/stores/object/types.ts";
import { runErasure } from "../../worker/retention/erase.ts";
import { attach, retain } from "../../worker/retention/retain.ts";
import { followFile } from "../../worker/staging/follow.ts";
import { sweepObjects } from "../../worker/tasks/data__sweep.ts";
import { offerMongo, offerS3 } from "../contract/servers.ts";
import { addMember, asMember } from "../support/database.ts";
import { type Bench, createLoader, declare } from "./support.ts";

const mongo = await offerMongo();
const s3 = await offerS3();
const CSV = 'id,name\n1,Ann\n2,"Gone\nPerson"\n3,Carl\nx,Gone Too\n';

describe("through real stores", () => {
  if (!("start" in mongo) || !("start" in s3)) {
    const why = "missing" in mongo ? mongo.missing : "missing" in s3 ? s3.missing : "";
    test("a person's lines and raw records go", (context) => context.skip(why));
    return;
  }
  let bench: Bench;
  let documents: DocumentStore;
  let store: ObjectStore;
  let owner = "";
  let dataset = "";
  let file = "";
  const stops: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    bench = await createLoader("stores");
    stops.push(() => bench.close());
    owner = await addMember(bench.db, bench.org.id, "owner@stores.example", "owner");
    const server = await mongo.start();
    stops.push(server.stop);
    documents = createMongoStore(server.settings.url);
    stops.push(() => documents.close());
    const objects = await s3.start();
    stops.push(objects.stop);
    store = createS3Store(objects.settings);
    await store.check();
    bench.context.store = store;
    bench.context.documents = documents;
    dataset = await declare(bench, "people", [{ name: "id", type: "integer" }, { name: "name" }], ["id"]);
    const key = fileKey(bench.org.id);
    const stored = await store.put(key, Readable.from([Buffer.from(CSV)]), { maxBytes: 1e6 });
    const [run] = await bench.query<{ id: string; file_id: string }>(
      "select id, file_id from ingest.submit_file('people', 'people.csv', $1, $2, $3)",
      [key, stored.size, stored.sha256],
    );
    file = run!.file_id;
    expect(await bench.run(run!.id)).toBe("succeeded");
    await followFile({ ...bench.context, documents }, bench.org.id, file, new AbortController().signal);
  });
  afterAll(async () => {
    for (const stop of stops.reverse()) await stop();
  });

  const context = (objects = store, raw: DocumentStore | null = documents) => {
    const { db } = bench;
    return {
      pool: db.worker,
      claimKey: db.claimKey,
      store: objects,
      documents: raw,
      log: createLogger("fatal"),
    };
  };
  const asOwner = <R extends object>(text: string, values: unknown[] = []): Promise<R[]> =>
    asMember(
      bench.db,
      { orgId: bench.org.id, userId: owner },
      async (client) => (await client.query(text, values)).rows as R[],
    );
  const request = async (subject: unknown): Promise<string> => {
    const [row] = await asOwner<{ id: string }>("select id from data.request_erasure($1, 'asked')", [
      JSON.stringify(subject),
    ]);
    return row!.id;
  };
  const org = () => ({ id: bench.org.id, key: bench.org.schemaKey });

  test("a person's lines and raw records go, the others stay, and the old object too; a store that is down is waited for", async () => {
    const id = await request([{ dataset: "people", key: { id: 2 } }]);
    const down = createMongoStore("mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=300");
    expect(await runErasure(context(store, down), bench.org.id, id)).toBe("waiting");
    await down.close();
    expect(await runErasure(context(), bench.org.id, id)).toBe("succeeded");
    const [done] = await asOwner<{ found: unknown }>("select found from data.erasures where id = $1", [id]);
    expect(done!.found).toMatchObject({ rows: 1, files: 1, fileLines: 1 });
    const [{ key } = { key: "" }] = await asOwner<{ key: string }>(
      "select object_key as key from ingest.files where id = $1",
      [file],
    );
    const parts: Buffer[] = [];
    for await (const part of await store.open(key)) parts.push(part as Buffer);
    expect(Buffer.concat(parts).toString()).toBe("id,name\n1,Ann\n\n\n3,Carl\nx,Gone Too\n");
    expect((await documents.read(org(), "people", file, 0, 100)).map((record) => record.line)).toEqual([
      2, 5, 6,
    ]);
    const { rows } = await bench.db.admin.query<{ object_key: string }>(
      "select object_key from private.dead_objects",
    );
    expect(rows).toHaveLength(1);
    await sweepObjects(context());
    expect(await store.size(rows[0]!.object_key)).toBeNull();
  });

  test("a record that no schema fits goes by what it says", async () => {
    const id = await request([{ dataset: "people", values: { name: "Gone Too" } }]);
    expect(await runErasure(context(), bench.org.id, id)).toBe("succeeded");
    const [done] = await asOwner<{ found: unknown }>("select found from data.erasures where id = $1", [id]);
    expect(done!.found).toMatchObject({ files: 1, fileLines: 1, rawRecords: 1, rejectedRows: 1 });
    expect((await documents.read(org(), "people", file, 0, 100)).map((record) => record.line)).toEqual([
      2, 5,
    ]);
    expect(await asOwner("select from ingest.rejected_rows where raw <> ''")).toEqual([]);
  });

  test("versions are archived to S3 and come back the same", async () => {
    await bench.query("update org_stores.people set name = name || '!'");
    const history = async () =>
      (
        await bench.db.admin.query<{ said: string }>(
          "select t::text as said from store_stores.people_history t order by 1",
        )
      ).rows;
    await bench.query("update org_stores.people set name = name || '?'");
    const before = await history();
    await asOwner("select data.set_retention($1, 1, null, 'archive')", [dataset]);
    const result = await retain(context(), bench.org.id, dataset);
    expect(result.archived).toBeGreaterThan(0);
    for (const { id } of await asOwner<{ id: string }>("select id from data.archives")) {
      await asOwner("select data.attach_archive($1)", [id]);
      await attach(context(), bench.org.id, id);
    }
    expect(await history()).toEqual(before);
  });
});
