/**
 * Any server that speaks the MongoDB protocol. One client with one pool for the installation: thousands of
 * organizations cost no connections; what is kept for an organization is only the knowledge that its collections are
 * there.
 */
import { LRUCache } from "lru-cache";
import { type Collection, type Db, MongoClient, MongoNotConnectedError } from "mongodb";
import { amend, erase, expire } from "./changes.ts";
import { ERASED, type RawDocument, storedRecord } from "./documents.ts";
import { badAddress, storeError } from "./failures.ts";
import { databaseName, rawCollection } from "./names.ts";
import { put } from "./put.ts";
import { type DocumentOrg, type DocumentStore, MAX_READ_BACK, type PoolUse } from "./types.ts";

/** Organizations, and collections of each, that are known to be prepared. */
const MAX_HANDLES = 50;
const MAX_COLLECTIONS = 200;
const MAX_POOL = 10;
const SELECT_MS = 5000;
/** A server that says nothing for so long counts as down. */
const SILENCE_MS = 60_000;
/** What is under way gets this long when the store is closed. */
const CLOSE_MS = 10_000;

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
  generation: number;
  columns: { name: string; field: string }[];
  status: "writing" | "written";
  /** While it is written: everything up to this line is there. */
  line: number;
  records: number;
  unreadable: number;
  rejected: number;
  started_at: Date;
  written_at: Date | null;
}

export type RawCollection = Collection<RawDocument>;

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
  ping(): Promise<void>;
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
      // What is told as written must outlive the loss of one server.
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
function watchPool(client: MongoClient, use: Omit<PoolUse, "handles">): void {
  client.on("connectionCreated", () => use.open++);
  client.on("connectionClosed", () => use.open--);
  client.on("connectionCheckOutStarted", () => use.waiting++);
  client.on("connectionCheckOutFailed", () => use.waiting--);
  client.on("connectionCheckedOut", () => {
    use.waiting--;
    use.inUse++;
  });
  client.on("connectionCheckedIn", () => use.inUse--);
}

function openConnection(url: string): Connection {
  const use = { open: 0, inUse: 0, waiting: 0 };
  const open = (): MongoClient => {
    const made = createClient(url);
    watchPool(made, use);
    return made;
  };
  let client = open();
  let connected: Promise<unknown> | null = null;
  let isClosed = false;
  const handles = new LRUCache<string, Promise<Handle>>({ max: MAX_HANDLES });
  const running = new Set<Promise<unknown>>();
  const handleOf = (org: DocumentOrg): Promise<Handle> => {
    const name = databaseName(org.key);
    return remember(handles, name, () => prepare(client.db(name)));
  };
  /** A client whose first connection failed stays closed for ever, so the next use gets another one. */
  const connect = (): Promise<unknown> => {
    if (isClosed) return Promise.reject(new MongoNotConnectedError("the store was closed"));
    connected ??= client.connect().catch(async (error: unknown) => {
      const failed = client;
      client = open();
      connected = null;
      handles.clear();
      await failed.close().catch(() => undefined);
      throw error;
    });
    return connected;
  };
  return {
    ping: async () => void (await client.db("admin").command({ ping: 1 })),
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
      const task = connect().then(work);
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
      isClosed = true;
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

export function createMongoStore(url: string): DocumentStore {
  const connection = openConnection(url);
  const { run } = connection;
  return {
    kind: "mongodb",
    put: (file, records) => run(() => put(connection, file, records)),
    amend: (file, of, lines) => run(() => amend(connection, file, of, lines)),
    erase: (org, dataset, fileId, lines) => run(() => erase(connection, org, dataset, fileId, lines)),
    expire: (org, before) => run(() => expire(connection, org, before)),
    poolUse: () => connection.poolUse(),
    read: (org, dataset, fileId, from, to) =>
      run(async () => {
        const collection = await connection.raw(org, dataset);
        const found = await collection
          .find({ file_id: fileId, line: { $gte: from, $lte: to }, generation: { $lt: ERASED } })
          .sort({ line: 1 })
          .limit(MAX_READ_BACK)
          .toArray();
        return found.map(storedRecord);
      }),
    drop: (org) => run(async () => void (await (await connection.forget(org)).dropDatabase())),
    check: () => run(() => connection.ping()),
    close: () => connection.close(),
  };
}
