/** What staging promises of whatever speaks the MongoDB protocol: lib/stores/document/types.ts, worker/staging. */

import { randomBytes, randomUUID } from "node:crypto";
import net from "node:net";
import { MongoClient } from "mongodb";
import { Registry } from "prom-client";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { watchDocuments } from "../../lib/metrics.ts";
import type { RawDocument } from "../../lib/stores/document/documents.ts";
import type { DocumentOrg, DocumentStore, RawFile, RawRecord } from "../../lib/stores/document/index.ts";
import { createDocumentStore } from "../../lib/stores/document/index.ts";
import { createMongoStore } from "../../lib/stores/document/mongodb.ts";
import { bufferSource, type Dialect, inspect } from "../../worker/readers/index.ts";
import { markRejected, type StagedRaw, stageRaw } from "../../worker/staging/index.ts";
import { openRoad } from "./road.ts";
import { offerMongo } from "./servers.ts";

const MIB = 1024 * 1024;
const mongo = await offerMongo();
const READING = { columns: ["id", "name"], how: "test" };

let store: DocumentStore;
let client: MongoClient;
let url = "";
let stop = async (): Promise<void> => undefined;
const orgs: DocumentOrg[] = [];

function newOrg(): DocumentOrg {
  const org = { id: randomUUID(), key: `t${randomBytes(6).toString("hex")}` };
  orgs.push(org);
  return org;
}

function newFile(org: DocumentOrg, dataset = "orders"): RawFile {
  return { org, dataset, fileId: randomUUID(), runId: randomUUID(), fileName: "orders.csv" };
}

function recordsFrom(first: number, count: number): RawRecord[] {
  return Array.from({ length: count }, (_, i) => ({
    line: first + i,
    fields: [`${first + i}`, i % 3 === 0 ? null : "ä name"],
    raw: "",
  }));
}

function rawOf(file: RawFile) {
  return client.db(`org_${file.org.key}`).collection<{ _id: string }>(`raw_${file.dataset}`);
}

async function stage(
  file: RawFile,
  text: string | Buffer,
  options: { dialect?: Partial<Dialect>; signal?: AbortSignal; progress?: number[] } = {},
): Promise<StagedRaw> {
  const source = bufferSource(Buffer.from(text));
  const { dialect, columns } = await inspect(source, options.dialect);
  return stageRaw(store, file, source, dialect, columns, {
    signal: options.signal ?? new AbortController().signal,
    onProgress: (records) => options.progress?.push(records),
  });
}

const all = (file: RawFile) => store.read(file.org, file.dataset, file.fileId, 0, Number.MAX_SAFE_INTEGER);

describe("staging in a document store", () => {
  if (!("start" in mongo)) {
    test("the contract", (context) => context.skip(mongo.missing));
    return;
  }
  beforeAll(async () => {
    const server = await mongo.start();
    stop = server.stop;
    url = server.settings.url;
    store = createMongoStore(url);
    client = new MongoClient(url);
    await store.check();
  });
  afterEach(async () => {
    for (const org of orgs.splice(0)) await store.drop(org);
  });
  afterAll(async () => {
    await store?.close();
    await client?.close();
    await stop();
  });

  test("the first file of an organization makes its database, collections and indexes", async () => {
    const file = newFile(newOrg());
    expect(await store.begin(file, READING)).toBeNull();
    await store.write(file, READING, recordsFrom(2, 1));
    const db = client.db(`org_${file.org.key}`);
    const names = (await db.listCollections().toArray()).map((one) => one.name).sort();
    expect(names).toEqual([
      "activity_logs",
      "custom_templates",
      "files_metadata",
      "raw_orders",
      "reports",
      "users_settings",
    ]);
    const keys = (await db.collection("raw_orders").indexes()).map((index) => index.key);
    expect(keys).toContainEqual({ file_id: 1, line: 1 });
    expect((await db.collection("files_metadata").indexes()).length).toBe(2);
  });

  test("a document says where it comes from", async () => {
    const file = newFile(newOrg());
    await store.begin(file, READING);
    await store.write(file, READING, [{ line: 7, fields: ["1", null], raw: "1," }]);
    const found = await rawOf(file).findOne({ _id: `${file.fileId}:7` });
    expect(found).toEqual({
      _id: `${file.fileId}:7`,
      org_id: file.org.id,
      table_name: "orders",
      source_file: "orders.csv",
      file_id: file.fileId,
      run_id: file.runId,
      line: 7,
      data: { id: "1", name: null },
      readable: true,
      partial: false,
      ingested_at: expect.any(Date),
      composite_key: null,
      business_keys: null,
      version: null,
      data_hash: null,
      change_type: null,
      changed_fields: [],
      changed_by_user_id: null,
      audit_trail: {
        previous_version: null,
        change_reason: null,
        validation_status: "staged",
        quality_score: null,
      },
    });
  });

  test("after the merge each says what became of it, also the second time", async () => {
    const file = newFile(newOrg());
    await store.begin(file, READING);
    await store.write(file, READING, recordsFrom(2, 3));
    await store.finish(file, { records: 3, unreadable: 0 });
    await store.markRejected(file, [3]);
    const rows = async function* () {
      yield [
        {
          line: 4,
          compositeKey: "acme/orders/3",
          businessKeys: { id: 3 },
          version: 2,
          dataHash: "ab",
          changeType: "update",
          changedFields: ["name"],
          previousVersion: 1,
        },
      ];
    };
    for (let time = 0; time < 2; time++) {
      const merge = { changedBy: file.runId, reason: null, qualityScore: 0.75 };
      expect(await store.recordMerge(file, merge, rows())).toBe(1);
      const found = (await rawOf(file).find({}).sort({ line: 1 }).toArray()) as unknown as RawDocument[];
      expect(
        found.map((one) => [one.line, one.change_type, one.audit_trail.validation_status, one.version]),
      ).toEqual([
        [2, "unchanged", "valid", null],
        [3, "rejected", "rejected", null],
        [4, "update", "valid", 2],
      ]);
      expect(found[2]).toMatchObject({
        composite_key: "acme/orders/3",
        business_keys: { id: 3 },
        data_hash: "ab",
        changed_fields: ["name"],
        changed_by_user_id: file.runId,
        audit_trail: { previous_version: 1, quality_score: 0.75 },
      });
    }
  });

  test("files older than a moment go with their documents, younger ones stay", async () => {
    const org = newOrg();
    const [old, young] = [newFile(org), newFile(org)];
    await store.begin(old, READING);
    await store.write(old, READING, recordsFrom(2, 3));
    await new Promise((resolve) => setTimeout(resolve, 20));
    const between = new Date();
    await store.begin(young, READING);
    await store.write(young, READING, recordsFrom(2, 2));
    expect(await store.expire(org, between)).toBe(1);
    expect(await all(old)).toHaveLength(0);
    expect(await all(young)).toHaveLength(2);
    expect(await store.expire(org, between)).toBe(0);
  });

  test("the use of the pool is told", async () => {
    await store.check();
    expect(store.poolUse()).toMatchObject({ inUse: 0, waiting: 0, open: expect.any(Number) });
    expect(store.poolUse().open).toBeGreaterThan(0);
    const metrics = new Registry();
    watchDocuments(metrics, store);
    const figures = await metrics.metrics();
    expect(figures).toMatch(/^cadastre_document_store_connections\{state="open"\} [1-9]/m);
    expect(figures).toMatch(/^cadastre_document_store_connections\{state="in_use"\} 0$/m);
    expect(figures).toMatch(/^cadastre_document_store_handles \d+$/m);
  });

  test("organizations do not meet: the same file's id, two databases", async () => {
    const one = newFile(newOrg());
    const other = { ...one, org: newOrg() };
    await store.write(one, READING, recordsFrom(2, 3));
    await store.write(other, READING, recordsFrom(2, 2));
    expect(await all(one)).toHaveLength(3);
    expect(await store.remove(other.org, "orders", other.fileId)).toBe(2);
    expect(await all(one)).toHaveLength(3);
  });

  test("writing again, in part and in another order, writes nothing twice and keeps the time of the first", async () => {
    const file = newFile(newOrg());
    await store.write(file, READING, recordsFrom(2, 1500));
    const before = await rawOf(file).findOne({ _id: `${file.fileId}:900` });
    await store.write(file, READING, recordsFrom(900, 1000).reverse());
    expect(await rawOf(file).countDocuments({})).toBe(1898);
    expect(await rawOf(file).findOne({ _id: `${file.fileId}:900` })).toEqual(before);
  });

  test("two workers at once on a new organization and one file: each line once", async () => {
    const file = newFile(newOrg());
    await Promise.all([1, 2].map(() => store.write(file, READING, recordsFrom(2, 600))));
    expect(await rawOf(file).countDocuments({})).toBe(600);
  });

  test("a range of lines comes back in order, with both ends", async () => {
    const file = newFile(newOrg());
    await store.write(file, READING, recordsFrom(2, 30).reverse());
    const found = await store.read(file.org, "orders", file.fileId, 10, 12);
    expect(found.map((one) => one.line)).toEqual([10, 11, 12]);
    expect(found[1]).toMatchObject({
      data: { id: "11" },
      readable: true,
      status: "staged",
      runId: file.runId,
    });
    expect(await store.read(file.org, "orders", randomUUID(), 0, 100)).toEqual([]);
  });

  test("a record too large for a document is kept as text, cut, and says so", async () => {
    const file = newFile(newOrg());
    const huge = "x".repeat(15 * MIB);
    const fitting = "y".repeat(5 * MIB);
    await store.write(file, READING, [
      { line: 2, fields: ["1", huge], raw: `1,${huge.slice(0, 5000)}` },
      { line: 3, fields: ["2", fitting], raw: "2,y" },
      { line: 4, fields: null, raw: "z".repeat(20_000) },
    ]);
    const [large, fits, unsplit] = await all(file);
    expect(large).toMatchObject({ partial: true, readable: true, status: "staged" });
    expect(large!.data).toHaveLength(5002);
    expect(fits).toMatchObject({ partial: false, data: { id: "2", name: fitting } });
    expect(unsplit).toMatchObject({ partial: true, readable: false, status: "rejected" });
    expect(unsplit!.data).toHaveLength(8192);
  });

  test("requests are bounded in bytes: twenty records of 5 MB in one call", async () => {
    const file = newFile(newOrg());
    const fitting = "y".repeat(5 * MIB);
    const records = Array.from({ length: 20 }, (_, i) => ({
      line: i + 2,
      fields: [`${i}`, fitting],
      raw: "",
    }));
    await store.write(file, READING, records);
    expect(await rawOf(file).countDocuments({})).toBe(20);
  });

  test("whatever a header says is a field's name", async () => {
    const columns = ["2020", "a.b", "$x", "", "a", "a", "__proto__", "_id", "é", "nul\0", "2019"];
    const file = newFile(newOrg());
    const reading = { columns, how: "odd" };
    await store.begin(file, reading);
    await store.write(file, reading, [{ line: 2, fields: columns.map((_, i) => `v${i}`), raw: "" }]);
    const [found] = await all(file);
    expect(Object.entries(found!.data).sort()).toEqual(
      [
        ["2020", "v0"],
        ["a．b", "v1"],
        ["＄x", "v2"],
        ["column_4", "v3"],
        ["a", "v4"],
        ["a (2)", "v5"],
        ["__proto__", "v6"],
        ["_id", "v7"],
        ["é", "v8"],
        ["nul␀", "v9"],
        ["2019", "v10"],
      ].sort(),
    );
    const kept = await client.db(`org_${file.org.key}`).collection("files_metadata").findOne({});
    expect(kept!.columns.map((one: { name: string }) => one.name)).toEqual(
      columns.map((name) => name.replace("\0", "␀")),
    );
  });

  test.each(["Orders", "a.b", "$cmd", "", "system.users", "x".repeat(80)])(
    "the name %j is refused for an organization and for a dataset",
    async (name) => {
      const org = newOrg();
      const refused = { code: "STORE_REFUSED" };
      await expect(store.write(newFile(org, name), READING, recordsFrom(1, 1))).rejects.toMatchObject(
        refused,
      );
      const other = newFile({ ...org, key: name });
      await expect(store.write(other, READING, recordsFrom(1, 1))).rejects.toMatchObject(refused);
    },
  );

  test("a staged file: every record by its line, unreadable ones as text", async () => {
    const file = newFile(newOrg());
    const progress: number[] = [];
    const counts = await stage(file, 'id,name\n1,"two\nlines"\n2\n3,x\n', { progress });
    expect(counts).toEqual({ records: 3, unreadable: 1, before: false });
    expect(progress.at(-1)).toBe(3);
    expect(await all(file)).toMatchObject([
      { line: 2, data: { id: "1", name: "two\nlines" }, readable: true, status: "staged" },
      { line: 4, data: "2", readable: false, status: "rejected", partial: false },
      { line: 5, data: { id: "3", name: "x" } },
    ]);
  });

  test("JSON fields that are no columns are kept, with numbers as written", async () => {
    const file = newFile(newOrg());
    const lines = [
      '{"a":1}',
      '{"a":2,"b":1.10}',
      '{"a":3,"b":12345678901234567890,"c":{"d":[1.0]}}',
      "{broken",
    ];
    const source = bufferSource(Buffer.from(lines.join("\n")));
    const { dialect } = await inspect(source, { format: "ndjson" });
    const signal = new AbortController().signal;
    await stageRaw(store, file, source, dialect, ["a"], { signal });
    expect((await all(file)).map((one) => one.data)).toEqual([
      { a: "1" },
      { a: "2", b: "1.10" },
      { a: "3", b: "12345678901234567890", c: '{"d":[1.0]}' },
      "{broken",
    ]);
  });

  test("staged by this run already: nothing is read again", async () => {
    const file = newFile(newOrg());
    await stage(file, "id,name\n1,a\n");
    await rawOf(file).deleteMany({});
    expect(await stage(file, "id,name\n1,a\n")).toEqual({ records: 1, unreadable: 0, before: true });
    expect(await all(file)).toEqual([]);
    // Another run of the same file does not rely on it.
    const again = { ...file, runId: randomUUID() };
    expect(await stage(again, "id,name\n1,a\n")).toMatchObject({ before: false });
    expect(await all(file)).toMatchObject([{ line: 2, runId: again.runId }]);
  });

  test("a staging that was stopped is done again to the same documents", async () => {
    const file = newFile(newOrg());
    const text = `id,name\n${Array.from({ length: 5000 }, (_, i) => `${i},n${i}`).join("\n")}\n`;
    const lost = new AbortController();
    const stopped = stageRaw(
      store,
      file,
      bufferSource(Buffer.from(text), 4096),
      (await inspect(bufferSource(Buffer.from(text)))).dialect,
      ["id", "name"],
      { signal: lost.signal, onProgress: () => lost.abort(new Error("lease lost")) },
    );
    await expect(stopped).rejects.toThrow("lease lost");
    const half = await rawOf(file).countDocuments({});
    expect(half).toBeLessThan(5000);
    expect(await stage(file, text)).toEqual({ records: 5000, unreadable: 0, before: false });
    expect(await rawOf(file).countDocuments({})).toBe(5000);
    // Nothing of the stopped one is still on its way.
    expect(await store.read(file.org, "orders", file.fileId, 5001, 9999)).toHaveLength(1);
  });

  test("a store that goes away in the middle is STORE_DOWN; when it is back the rest is written", async (context) => {
    const { hostname, port } = new URL(url);
    if (!port) context.skip("the server is not reached by a TCP port");
    const road = await openRoad({ host: hostname, port: Number(port) });
    const far = createMongoStore(url.replace(`${hostname}:${port}`, `127.0.0.1:${road.port}`));
    const file = newFile(newOrg());
    const text = `id,name\n${Array.from({ length: 5000 }, (_, i) => `${i},n${i}`).join("\n")}\n`;
    const source = bufferSource(Buffer.from(text), 4096);
    const { dialect, columns } = await inspect(source);
    const { signal } = new AbortController();
    const cut = stageRaw(far, file, source, dialect, columns, { signal, onProgress: () => road.cut() });
    await expect(cut).rejects.toMatchObject({ code: "STORE_DOWN" });
    road.mend();
    const counts = await stageRaw(far, file, source, dialect, columns, { signal });
    expect(counts).toEqual({ records: 5000, unreadable: 0, before: false });
    expect(await rawOf(file).countDocuments({})).toBe(5000);
    await far.close();
    await road.close();
  });

  test("another reading of the same file leaves nothing of the first", async () => {
    const file = newFile(newOrg());
    const text = "id,name\n1,a\n2,b\n";
    await stage(file, text);
    const forced = { ...file, runId: randomUUID() };
    await stage(forced, text, { dialect: { headerLines: 1, preambleLines: 1 } });
    expect(await all(file)).toMatchObject([{ line: 3, runId: forced.runId, data: { "1": "2", a: "b" } }]);
  });

  test("rejected lines are marked, and unmarked when they no longer are; unreadable ones stay so", async () => {
    const file = newFile(newOrg());
    const { signal } = new AbortController();
    await stage(file, "id,name\n1,a\n2\n3,c\n4,d\n");
    const rejected = async () =>
      (await all(file)).filter((one) => one.status === "rejected").map((one) => one.line);
    expect(await rejected()).toEqual([3]);
    expect(await markRejected(store, file, [2, 3, 99], signal)).toBe(2);
    expect(await rejected()).toEqual([2, 3]);
    async function* lines(): AsyncGenerator<number> {
      yield 5;
    }
    expect(await markRejected(store, file, lines(), signal)).toBe(1);
    expect(await rejected()).toEqual([3, 5]);
    const kept = await client.db(`org_${file.org.key}`).collection("files_metadata").findOne({});
    expect(kept).toMatchObject({ status: "staged", records: 4, unreadable: 1, rejected: 1 });
  });

  test("an error of who gives the lines comes through as it is", async () => {
    const file = newFile(newOrg());
    const own = Object.assign(new Error("lease"), { code: "IN007" });
    async function* lines(): AsyncGenerator<number> {
      yield 2;
      throw own;
    }
    await expect(markRejected(store, file, lines(), new AbortController().signal)).rejects.toBe(own);
  });

  test("the records of single lines may be removed, again and again, and no others", async () => {
    const org = newOrg();
    const [file, other] = [newFile(org), newFile(org)];
    for (const one of [file, other]) await stage(one, "id,name\n1,a\n2,b\n3,c\n");
    expect(await store.removeLines(org, "orders", file.fileId, [2, 4, 99])).toBe(2);
    expect(await store.removeLines(org, "orders", file.fileId, [2, 4])).toBe(0);
    expect((await all(file)).map((record) => record.line)).toEqual([3]);
    expect(await all(other)).toHaveLength(3);
  });

  test("a removed file is gone, with its record, and may be removed again", async () => {
    const org = newOrg();
    const [file, other] = [newFile(org), newFile(org)];
    for (const one of [file, other]) await stage(one, "id,name\n1,a\n2,b\n");
    expect(await store.remove(org, "orders", file.fileId)).toBe(2);
    expect(await store.remove(org, "orders", file.fileId)).toBe(0);
    expect(await all(file)).toEqual([]);
    expect(await all(other)).toHaveLength(2);
    expect(await stage(file, "id,name\n1,a\n2,b\n")).toMatchObject({ before: false, records: 2 });
  });

  test("more organizations than handles are kept", async () => {
    const files = Array.from({ length: 55 }, () => newFile(newOrg()));
    for (const file of files) await store.write(file, READING, recordsFrom(2, 1));
    await store.write(files[0]!, READING, recordsFrom(3, 1));
    expect(await all(files[0]!)).toHaveLength(2);
  });

  test("closing waits for what is under way; afterwards it is STORE_DOWN", async () => {
    const own = createMongoStore(url);
    const file = newFile(newOrg());
    const write = own.write(file, READING, recordsFrom(2, 3000));
    await own.close();
    await write;
    expect(await rawOf(file).countDocuments({})).toBe(3000);
    await expect(own.check()).rejects.toMatchObject({ code: "STORE_DOWN" });
  });
});

describe("without a document store", () => {
  test("no MONGODB_URL: none, the landing tables stage", () => {
    expect(createDocumentStore({ mongodbUrl: null })).toBeNull();
  });

  test("an address that is none is CONFIG", () => {
    for (const mongodbUrl of ["http://x", "mongodb://", "mongodb+srv://a:1"])
      expect(() => createDocumentStore({ mongodbUrl })).toThrow(expect.objectContaining({ code: "CONFIG" }));
  });

  test("nobody there, or somebody who hangs up: STORE_DOWN", async () => {
    const rude = net.createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => rude.listen(0, "127.0.0.1", resolve));
    const { port } = rude.address() as net.AddressInfo;
    // Port 1 of loopback: nobody listens there.
    for (const one of [1, port]) {
      const down = createMongoStore(`mongodb://127.0.0.1:${one}/`);
      const file = newFile({ id: randomUUID(), key: "acme" });
      await expect(down.write(file, READING, recordsFrom(2, 1))).rejects.toMatchObject({
        code: "STORE_DOWN",
      });
      await down.close();
    }
    await new Promise((resolve) => rude.close(resolve));
  });
});
