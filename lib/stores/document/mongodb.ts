/**
 * Any server that speaks the MongoDB protocol. One client with one pool for the installation: thousands of
 * organizations cost no connections; what is kept for an organization is only the knowledge that its collections are
 * there.
 */
import { LRUCache } from "lru-cache";
import { type Collection, type Db, MongoClient } from "mongodb";
import { documentMaker, type RawDocument, requests, STATUS, storedRecord } from "./documents.ts";
import { badAddress, onlyDuplicates, storeError } from "./failures.ts";
import { expire, recordMerge } from "./merged.ts";
import { databaseName, documentId, fieldNames, rawCollection, storable } from "./names.ts";
import {
  type DocumentOrg,
  type DocumentStore,
  MAX_READ_BACK,
  MAX_READING,
  MAX_WRITE_DOCUMENTS,
  type PoolUse,
  type RawFile,
  type Reading,
  type StagedCounts,
} from "./types.ts";

/** Organizations, and collections of each, that are known to be prepared. */
const MAX_HANDLES = 50;
const MAX_COLLECTIONS = 200;
const MAX_POOL = 10;
const SELECT_MS = 5000;
/** A server that says nothing for so long counts as down. */
const SILENCE_MS = 60_000;
/** What is under way gets this long when the store is closed. */
const CLOSE_MS = 10_000;
/** Longest column name kept as the file spells it, in characters; 1,500 of them fit a document. */
const MAX_SPELLED = 1000;

const FILES = "files_metadata";

/** Collections that every organization has, with their indexes. Those of datasets come with the first file. */
const STANDARD: Record<string, Record<string, 1>> = {
  [FILES]: { table_name: 1, started_at: 1 },
  activity_logs: { user_id: 1, at: 1 },
  users_settings: { user_id: 1 },
  reports: { name: 1, created_at: 1 },
  custom_templates: { name: 1 },
};
const RAW_INDEX = { file_id: 1, line: 1 } as const;

export interface FileDocument {
  _id: string;
  org_id: string;
  table_name: string;
  source_file: string;
  run_id: string;
  reading: string;
  columns: { name: string; field: string }[];
  status: "staging" | "staged";
  records: number;
  unreadable: number;
  rejected: number | null;
  started_at: Date;
  staged_at: Date | null;
}

interface Handle {
  db: Db;
  files: Collection<FileDocument>;
  raw: LRUCache<string, Promise<Collection<RawDocument>>>;
}

export interface Connection {
  /** The organization's files; made with the standard collections on first use. */
  files(org: DocumentOrg): Promise<Collection<FileDocument>>;
  /** A dataset's raw records; made on first use. */
  raw(org: DocumentOrg, dataset: string): Promise<Collection<RawDocument>>;
  forget(org: DocumentOrg): Promise<Db>;
  /** Runs work that close() waits for, with our errors. */
  run<T>(work: () => Promise<T>): Promise<T>;
  client: MongoClient;
  poolUse(): PoolUse;
  close(): Promise<void>;
}

function createClient(url: string): MongoClient {
  try {
    return new MongoClient(url, {
      appName: "cadastre",
      maxPoolSize: MAX_POOL,
      serverSelectionTimeoutMS: SELECT_MS,
      connectTimeoutMS: SELECT_MS,
      waitQueueTimeoutMS: SILENCE_MS,
      socketTimeoutMS: SILENCE_MS,
      // What is told as staged must outlive the loss of one server.
      writeConcern: { w: "majority" },
    });
  } catch (error) {
    throw badAddress(error);
  }
}

async function prepare(db: Db): Promise<Handle> {
  for (const [name, index] of Object.entries(STANDARD)) await db.collection(name).createIndex(index);
  return { db, files: db.collection<FileDocument>(FILES), raw: new LRUCache({ max: MAX_COLLECTIONS }) };
}

async function prepareRaw(db: Db, name: string): Promise<Collection<RawDocument>> {
  const collection = db.collection<RawDocument>(name);
  await collection.createIndex(RAW_INDEX);
  return collection;
}

/** Kept where it succeeds; a failure is forgotten, so that the next use tries again. */
function remember<T>(cache: LRUCache<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  const known = cache.get(key);
  if (known !== undefined) return known;
  const made = make();
  cache.set(key, made);
  made.catch(() => {
    if (cache.peek(key) === made) cache.delete(key);
  });
  return made;
}

/** Counts by the driver's own events; one pool a server, added up. */
function watchPool(client: MongoClient): Omit<PoolUse, "handles"> {
  const use = { open: 0, inUse: 0, waiting: 0 };
  client.on("connectionCreated", () => use.open++);
  client.on("connectionClosed", () => use.open--);
  client.on("connectionCheckOutStarted", () => use.waiting++);
  client.on("connectionCheckOutFailed", () => use.waiting--);
  client.on("connectionCheckedOut", () => {
    use.waiting--;
    use.inUse++;
  });
  client.on("connectionCheckedIn", () => use.inUse--);
  return use;
}

function openConnection(url: string): Connection {
  const client = createClient(url);
  const use = watchPool(client);
  const handles = new LRUCache<string, Promise<Handle>>({ max: MAX_HANDLES });
  const running = new Set<Promise<unknown>>();
  const handleOf = (org: DocumentOrg): Promise<Handle> => {
    const name = databaseName(org.key);
    return remember(handles, name, () => prepare(client.db(name)));
  };
  return {
    client,
    poolUse: () => ({ ...use, handles: handles.size }),
    files: async (org) => (await handleOf(org)).files,
    async raw(org, dataset) {
      const name = rawCollection(dataset);
      const handle = await handleOf(org);
      return remember(handle.raw, name, () => prepareRaw(handle.db, name));
    },
    async forget(org) {
      const name = databaseName(org.key);
      handles.delete(name);
      return client.db(name);
    },
    async run(work) {
      const task = work();
      running.add(task);
      try {
        return await task;
      } catch (error) {
        throw storeError(error);
      } finally {
        running.delete(task);
      }
    },
    async close() {
      let timer: NodeJS.Timeout | undefined;
      const limit = new Promise((resolve) => {
        timer = setTimeout(resolve, CLOSE_MS);
      });
      await Promise.race([Promise.allSettled(running), limit]);
      clearTimeout(timer);
      handles.clear();
      await client.close();
    },
  };
}

/** Begins the file's record; says what was known of it. The record comes before any document of the file. */
async function begin(connection: Connection, file: RawFile, reading: Reading): Promise<StagedCounts | null> {
  const files = await connection.files(file.org);
  const how = reading.how.slice(0, MAX_READING);
  const before = await files.findOne({ _id: file.fileId });
  const columns = fieldNames(reading.columns).map((field, i) => ({
    name: storable(reading.columns[i]!.slice(0, MAX_SPELLED)),
    field,
  }));
  const same =
    before?.run_id === file.runId && before.reading === how && sameColumns(before.columns, columns);
  if (same && before.status === "staged") return { records: before.records, unreadable: before.unreadable };
  if (before !== null && !same) {
    // Of another run, or its records begin at other lines. First told as not staged, in case this breaks off.
    await files.updateOne({ _id: file.fileId }, { $set: { status: "staging", reading: "" } });
    await (await connection.raw(file.org, before.table_name)).deleteMany({ file_id: file.fileId });
  }
  const { _id, ...fresh }: FileDocument = {
    _id: file.fileId,
    org_id: file.org.id,
    table_name: file.dataset,
    source_file: file.fileName,
    run_id: file.runId,
    reading: how,
    columns,
    status: "staging",
    records: 0,
    unreadable: 0,
    rejected: null,
    started_at: new Date(),
    staged_at: null,
  };
  await files.updateOne({ _id }, { $set: fresh }, { upsert: true });
  return null;
}

function sameColumns(before: FileDocument["columns"], now: FileDocument["columns"]): boolean {
  return before.length === now.length && before.every((column, i) => column.name === now[i]!.name);
}

/** Inserts. What is there already was written by this run from the same bytes, and is the same. */
async function writeRequest(collection: Collection<RawDocument>, documents: RawDocument[]): Promise<void> {
  try {
    await collection.insertMany(documents, { ordered: false });
  } catch (error) {
    if (!onlyDuplicates(error)) throw error;
  }
}

async function setStatus(
  collection: Collection<RawDocument>,
  fileId: string,
  lines: readonly number[],
): Promise<number> {
  // One by one: not every server that speaks the protocol finds a list of ids by its index (FerretDB reads them all).
  const result = await collection.bulkWrite(
    lines.map((line) => ({
      updateOne: { filter: { _id: documentId(fileId, line) }, update: { $set: { [STATUS]: "rejected" } } },
    })),
    { ordered: false },
  );
  return result.matchedCount;
}

async function markRejected(
  connection: Connection,
  file: RawFile,
  lines: Iterable<number> | AsyncIterable<number>,
): Promise<number> {
  const collection = await connection.raw(file.org, file.dataset);
  const files = await connection.files(file.org);
  const before = await files.findOne({ _id: file.fileId });
  if (before !== null && before.rejected !== null) {
    await collection.updateMany(
      { file_id: file.fileId, [STATUS]: "rejected", readable: true },
      { $set: { [STATUS]: "staged" } },
    );
  }
  // Set before the first line is, so that a repetition after a crash takes the marks back first.
  await files.updateOne({ _id: file.fileId }, { $set: { rejected: 0 } });
  let batch: number[] = [];
  let marked = 0;
  for await (const line of lines) {
    batch.push(line);
    if (batch.length < MAX_WRITE_DOCUMENTS) continue;
    marked += await setStatus(collection, file.fileId, batch);
    batch = [];
  }
  if (batch.length > 0) marked += await setStatus(collection, file.fileId, batch);
  await files.updateOne({ _id: file.fileId }, { $set: { rejected: marked } });
  return marked;
}

export function createMongoStore(url: string): DocumentStore {
  const connection = openConnection(url);
  const { run } = connection;
  return {
    kind: "mongodb",
    begin: (file, reading) => run(() => begin(connection, file, reading)),
    write: (file, reading, records) =>
      run(async () => {
        const collection = await connection.raw(file.org, file.dataset);
        const make = documentMaker(file, fieldNames(reading.columns), new Date());
        for (const documents of requests(records, make)) await writeRequest(collection, documents);
      }),
    finish: (file, counts) =>
      run(async () => {
        const files = await connection.files(file.org);
        await files.updateOne(
          { _id: file.fileId },
          { $set: { ...counts, run_id: file.runId, status: "staged", staged_at: new Date() } },
        );
      }),
    markRejected: (file, lines) => run(() => markRejected(connection, file, lines)),
    recordMerge: (file, merge, rows) => run(() => recordMerge(connection, file, merge, rows)),
    expire: (org, before) => run(() => expire(connection, org, before)),
    poolUse: () => connection.poolUse(),
    read: (org, dataset, fileId, from, to) =>
      run(async () => {
        const collection = await connection.raw(org, dataset);
        const found = await collection
          .find({ file_id: fileId, line: { $gte: from, $lte: to } })
          .sort({ line: 1 })
          .limit(MAX_READ_BACK)
          .toArray();
        return found.map(storedRecord);
      }),
    remove: (org, dataset, fileId) =>
      run(async () => {
        const { deletedCount } = await (await connection.raw(org, dataset)).deleteMany({ file_id: fileId });
        // Last, so that a removal that breaks off is found and done again.
        await (await connection.files(org)).deleteOne({ _id: fileId });
        return deletedCount;
      }),
    removeLines: (org, dataset, fileId, lines) =>
      run(async () => {
        const collection = await connection.raw(org, dataset);
        let removed = 0;
        for (let at = 0; at < lines.length; at += MAX_WRITE_DOCUMENTS) {
          const result = await collection.bulkWrite(
            lines.slice(at, at + MAX_WRITE_DOCUMENTS).map((line) => ({
              deleteOne: { filter: { _id: documentId(fileId, line) } },
            })),
            { ordered: false },
          );
          removed += result.deletedCount;
        }
        return removed;
      }),
    drop: (org) => run(async () => void (await (await connection.forget(org)).dropDatabase())),
    check: () => run(async () => void (await connection.client.db("admin").command({ ping: 1 }))),
    close: () => connection.close(),
  };
}
