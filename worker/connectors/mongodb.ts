/**
 * MongoDB collections as NDJSON. One server is connected to, the one that was named: a server's list of its fellows
 * could name any address.
 */
import { isIP } from "node:net";
import { BSON, type Db, type Document, type Filter, MongoClient } from "mongodb";
import { z } from "zod";
import { commonFailure, SourceError, unknownFailure } from "./failures.ts";
import { findWay } from "./secure.ts";
import { boundsOf, rangeName, readCursor } from "./tables.ts";
import { NDJSON, nameOf, textStream } from "./text.ts";
import {
  type At,
  defineKind,
  type Found,
  host,
  type Item,
  MAX_FOUND,
  port,
  type ReadRequest,
  tlsSettings,
} from "./types.ts";

const settings = z.strictObject({
  host,
  port: port.default(27017),
  database: z.string().min(1).max(200),
  user: z.string().min(1).max(200).optional(),
  authSource: z.string().min(1).max(200).default("admin"),
  authMechanism: z.enum(["DEFAULT", "SCRAM-SHA-1", "SCRAM-SHA-256", "PLAIN"]).default("DEFAULT"),
  ...tlsSettings,
});
const secret = z.strictObject({ password: z.string().min(1).max(10_000).optional() });
const selection = z.strictObject({
  collection: z.string().min(1).max(200),
  cursorField: z.string().min(1).max(200).optional(),
});
type Here = At<z.output<typeof settings>, z.output<typeof secret>>;
type Request = ReadRequest<z.output<typeof selection>>;

const CONNECT_MS = 15_000;
/** Documents of each collection that its columns are told from. */
const SAMPLE = 20;
/** Collections that are looked into by a discovery. */
const MAX_SAMPLED = 100;
const AUTH_CODES = new Set([18, 8000]);

function tell(error: unknown, { settings: { host, port, user } }: Here): SourceError {
  const where = `${host}:${port}`;
  const code = error instanceof Error && "code" in error ? error.code : null;
  const said = error instanceof Error ? error.message : String(error);
  if (AUTH_CODES.has(Number(code)) || /auth(entication)? ?fail/i.test(said)) {
    return new SourceError(
      "auth",
      `${where}: the user ${user ?? ""} was not let in`,
      "Check user, password, authSource and authMechanism.",
      {
        cause: error,
      },
    );
  }
  if (code === 13) {
    return new SourceError(
      "denied",
      `${where}: the user ${user ?? ""} may not read there`,
      "Grant the role read on the database.",
      {
        cause: error,
      },
    );
  }
  return commonFailure(error, where) ?? unknownFailure(error, where);
}

async function connect({ settings, secret, network, signal }: Here): Promise<MongoClient> {
  const way = await findWay(network, settings);
  signal.throwIfAborted();
  const name = isIP(settings.host) === 6 ? `[${settings.host}]` : settings.host;
  const client = new MongoClient(`mongodb://${name}:${settings.port}/`, {
    directConnection: true,
    readPreference: "secondaryPreferred",
    // Typed for the driver's own call, which is the same function.
    lookup: network.lookup as never,
    tls: way.tls !== null,
    ...(settings.ca ? { ca: settings.ca } : {}),
    ...(settings.user === undefined
      ? {}
      : {
          auth: { username: settings.user, password: secret.password ?? "" },
          authSource: settings.authMechanism === "PLAIN" ? "$external" : settings.authSource,
          authMechanism: settings.authMechanism,
        }),
    serverSelectionTimeoutMS: CONNECT_MS,
    connectTimeoutMS: CONNECT_MS,
    maxPoolSize: 2,
    appName: "cadastre",
  });
  try {
    await client.connect();
  } catch (error) {
    await client.close().catch(() => undefined);
    throw error;
  }
  return client;
}

async function withDatabase<T>(at: Here, work: (db: Db) => Promise<T>): Promise<T> {
  let client: MongoClient | null = null;
  const stop = (): void => void client?.close(true).catch(() => undefined);
  at.signal.addEventListener("abort", stop, { once: true });
  try {
    client = await connect(at);
    return await work(client.db(at.settings.database));
  } catch (error) {
    at.signal.throwIfAborted();
    throw tell(error, at);
  } finally {
    at.signal.removeEventListener("abort", stop);
    await client?.close().catch(() => undefined);
  }
}

/** Relaxed Extended JSON without its wrappers: dates in ISO 8601, ids and decimals as text. */
function plain(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  if (value === null || typeof value !== "object")
    return typeof value === "bigint" ? value.toString() : value;
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof BSON.ObjectId) return value.toHexString();
  if (value instanceof BSON.Decimal128 || value instanceof BSON.Long || value instanceof BSON.UUID)
    return value.toString();
  if (value instanceof BSON.Double || value instanceof BSON.Int32) return value.valueOf();
  if (value instanceof BSON.Binary) return value.toString("base64");
  if (value instanceof BSON.BSONRegExp) return value.pattern;
  if (value instanceof BSON.Timestamp) return value.toString();
  if (value instanceof RegExp) return value.source;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plain(inner)]));
}

/** A cursor's value keeps its type: canonical Extended JSON. */
const keep = (value: unknown): string => BSON.EJSON.stringify({ v: value }, { relaxed: false });
function restore(text: string): unknown {
  return (BSON.EJSON.parse(text, { relaxed: false }) as { v: unknown }).v;
}

/** Ends of a range come as text; dates are compared as dates, numbers as numbers. */
function boundOf(text: string): unknown {
  if (/^\d{4}-\d{2}-\d{2}([T ]|$)/.test(text))
    return new Date(text.includes("T") ? text : `${text.replace(" ", "T")}`);
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}

interface Part {
  filter: Filter<Document>;
  name: string;
  next: { value: string; ties: number } | null;
}

/** What is read. null: nothing new. */
async function partOf(db: Db, request: Request): Promise<Part | null> {
  const { collection, cursorField } = request.selection;
  const whole: Part = { filter: {}, name: "", next: null };
  if (cursorField === undefined) return whole;
  if (request.range !== null) {
    const { from, to } = request.range;
    const filter = {
      [cursorField]: { $gte: boundOf(from), ...(to === undefined ? {} : { $lt: boundOf(to) }) },
    };
    return { filter, name: rangeName({ from, to: to ?? null }), next: null };
  }
  if (request.how !== "incremental") return whole;
  const top = await db
    .collection(collection)
    .find({ [cursorField]: { $ne: null } }, { projection: { [cursorField]: 1 } })
    .sort({ [cursorField]: -1 })
    .limit(1)
    .next();
  const value = top === null ? undefined : top[cursorField];
  if (value === undefined || value === null) return null;
  const ties = await db.collection(collection).countDocuments({ [cursorField]: value });
  const bounds = boundsOf(readCursor(request.cursor), { value: keep(value), ties }, request.mode);
  if (bounds === null) return null;
  const from = bounds.from === null ? null : restore(bounds.from);
  const shown = (one: unknown): string => (one instanceof Date ? one.toISOString() : String(one));
  return {
    filter: {
      [cursorField]: {
        ...(from === null ? { $ne: null } : { $gte: from }),
        ...(bounds.toInclusive ? { $lte: value } : { $lt: value }),
      },
    },
    name: rangeName({ from: from === null ? null : shown(from), to: shown(value) }),
    next: bounds.next,
  };
}

async function* read(at: Here, request: Request): AsyncGenerator<Item> {
  let client: MongoClient | null = null;
  const stop = (): void => void client?.close(true).catch(() => undefined);
  request.signal.addEventListener("abort", stop, { once: true });
  try {
    client = await connect(at);
    const db = client.db(at.settings.database);
    const { collection } = request.selection;
    if (!(await db.listCollections({ name: collection }, { nameOnly: true }).hasNext())) {
      throw new SourceError(
        "missing",
        `there is no collection ${collection}`,
        "Discover the connector to see what there is.",
        {
          field: "collection",
        },
      );
    }
    const part = await partOf(db, request);
    if (part === null) return;
    const documents = db.collection(collection).find(part.filter, { batchSize: 500 });
    let count = 0;
    async function* lines(): AsyncGenerator<string> {
      try {
        for await (const document of documents) {
          count++;
          yield `${JSON.stringify(plain(document))}\n`;
        }
      } catch (error) {
        throw tell(error, at);
      }
    }
    yield {
      name: nameOf(request.source, collection, part.name, "ndjson"),
      options: NDJSON,
      body: textStream(lines()),
      cursor: () => part.next ?? request.cursor,
      isEmpty: () => count === 0,
    };
  } catch (error) {
    request.signal.throwIfAborted();
    throw tell(error, at);
  } finally {
    request.signal.removeEventListener("abort", stop);
    await client?.close().catch(() => undefined);
  }
}

const typeOf = (value: unknown): string =>
  value === null ? "null" : value instanceof Date ? "date" : Array.isArray(value) ? "array" : typeof value;

async function discover(db: Db): Promise<Found[]> {
  const collections = await db.listCollections({}, { nameOnly: true }).toArray();
  const found: Found[] = [];
  for (const { name } of collections.slice(0, MAX_FOUND + 1)) {
    const columns = new Map<string, string>();
    if (found.length < MAX_SAMPLED) {
      for (const document of await db.collection(name).find({}).limit(SAMPLE).toArray())
        for (const [field, value] of Object.entries(document))
          if (!columns.has(field)) columns.set(field, typeOf(value));
    }
    found.push({
      name,
      selection: { collection: name },
      columns: [...columns].map(([name, type]) => ({ name, type })),
      key: ["_id"],
      rows: found.length < MAX_SAMPLED ? await db.collection(name).estimatedDocumentCount() : 0,
    });
  }
  return found;
}

export const mongodb = defineKind({
  settings,
  secret,
  selection,
  test: (at) =>
    withDatabase(at, async (db) => {
      const collections = await db.listCollections({}, { nameOnly: true }).toArray();
      return { message: `MongoDB, database ${at.settings.database}: ${collections.length} collections` };
    }),
  discover: (at) => withDatabase(at, discover),
  read,
});
