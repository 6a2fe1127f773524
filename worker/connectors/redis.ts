/** Redis streams as NDJSON: entries after the last id that was read, up to the last one there is at the start. */
import { Redis } from "ioredis";
import { z } from "zod";
import { commonFailure, SourceError, unknownFailure } from "./failures.ts";
import { findWay } from "./secure.ts";
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
  port: port.default(6379),
  user: z.string().min(1).max(200).optional(),
  database: z.int().min(0).max(100_000).default(0),
  ...tlsSettings,
});
const secret = z.strictObject({ password: z.string().min(1).max(10_000).optional() });
const selection = z.strictObject({
  stream: z.string().min(1).max(1000),
  /** Of a stream that several share: only entries whose field has this value, the organization's. */
  keyField: z.string().min(1).max(200).optional(),
  key: z.string().min(1).max(500).optional(),
});
type Here = At<z.output<typeof settings>, z.output<typeof secret>>;
type Request = ReadRequest<z.output<typeof selection>>;

const CONNECT_MS = 15_000;
const COMMAND_MS = 60_000;
/** Entries of one answer. */
const PAGE = 1000;
/** Keys that a discovery looks at. */
const MAX_SCANNED = 100_000;
const scanned = z.tuple([z.string(), z.array(z.string())]);
const cursorShape = z.object({ id: z.string().regex(/^\d+-\d+$/) });

function tell(error: unknown, { settings: { host, port, user } }: Here): SourceError {
  const where = `${host}:${port}`;
  const said = error instanceof Error ? error.message : String(error);
  const options = { cause: error };
  if (/WRONGPASS|NOAUTH|invalid (username|password)|without any password/i.test(said)) {
    return new SourceError(
      "auth",
      `${where}: the user ${user ?? "default"} was not let in`,
      "Check user and password.",
      options,
    );
  }
  if (/NOPERM/.test(said)) {
    return new SourceError(
      "denied",
      `${where}: ${said.slice(0, 300)}`,
      "Allow the user to read the stream (ACL SETUSER).",
      options,
    );
  }
  if (/WRONGTYPE/.test(said)) {
    return new SourceError("missing", `${where}: the key is not a stream`, "Name a stream.", options);
  }
  return commonFailure(error, where) ?? unknownFailure(error, where);
}

async function connect({ settings, secret, network, signal }: Here): Promise<Redis> {
  const way = await findWay(network, settings);
  signal.throwIfAborted();
  const client = new Redis({
    host: way.address,
    port: settings.port,
    db: settings.database,
    ...(settings.user === undefined ? {} : { username: settings.user }),
    ...(secret.password === undefined ? {} : { password: secret.password }),
    ...(way.tls === null ? {} : { tls: way.tls }),
    lazyConnect: true,
    connectTimeout: CONNECT_MS,
    commandTimeout: COMMAND_MS,
    retryStrategy: () => null,
    reconnectOnError: () => false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
  });
  // "Connection is closed" alone would not tell why.
  let reason: Error | null = null;
  client.on("error", (error: Error) => {
    reason ??= error;
  });
  try {
    await client.connect();
    await client.ping();
  } catch (error) {
    client.disconnect();
    throw reason ?? error;
  }
  return client;
}

async function withClient<T>(at: Here, work: (client: Redis) => Promise<T>): Promise<T> {
  let client: Redis | null = null;
  const stop = (): void => client?.disconnect();
  at.signal.addEventListener("abort", stop, { once: true });
  try {
    client = await connect(at);
    return await work(client);
  } catch (error) {
    at.signal.throwIfAborted();
    throw tell(error, at);
  } finally {
    at.signal.removeEventListener("abort", stop);
    client?.disconnect();
  }
}

interface Progress {
  last: string;
  count: number;
}

async function* entries(
  client: Redis,
  request: Request,
  last: string,
  progress: Progress,
): AsyncGenerator<string> {
  const { stream, keyField, key } = request.selection;
  // Ends with the page that reaches the last entry there was at the start; each page is after the one before.
  for (;;) {
    request.signal.throwIfAborted();
    const page = await client.xrange(
      stream,
      progress.last === "" ? "-" : `(${progress.last}`,
      last,
      "COUNT",
      PAGE,
    );
    for (const [id, pairs] of page) {
      progress.last = id;
      const fields: Record<string, string> = {};
      for (let i = 0; i + 1 < pairs.length; i += 2) fields[pairs[i]!] = pairs[i + 1]!;
      if (keyField !== undefined && key !== undefined && fields[keyField] !== key) continue;
      progress.count++;
      yield `${JSON.stringify({ ...fields, stream_id: id })}\n`;
    }
    if (page.length < PAGE) return;
  }
}

async function* read(at: Here, request: Request): AsyncGenerator<Item> {
  const { stream, keyField, key } = request.selection;
  if ((keyField === undefined) !== (key === undefined)) {
    throw new SourceError("settings", "keyField and key belong together", "Give both, or none.", {
      field: "key",
    });
  }
  let client: Redis | null = null;
  const stop = (): void => client?.disconnect();
  request.signal.addEventListener("abort", stop, { once: true });
  try {
    client = await connect(at);
    const reader = client;
    const newest = await client.xrevrange(stream, "+", "-", "COUNT", 1);
    const last = newest[0]?.[0];
    if (last === undefined) return;
    const cursor = request.how === "full" ? undefined : cursorShape.safeParse(request.cursor).data;
    const from = cursor?.id ?? "";
    if (from === last) return;
    const progress: Progress = { last: from, count: 0 };
    async function* lines(): AsyncGenerator<string> {
      try {
        yield* entries(reader, request, last!, progress);
      } catch (error) {
        request.signal.throwIfAborted();
        throw tell(error, at);
      }
    }
    yield {
      name: nameOf(request.source, stream, `${from}..${last}`, "ndjson"),
      options: NDJSON,
      body: textStream(lines()),
      cursor: () => ({ id: last }),
      isEmpty: () => progress.count === 0,
    };
  } catch (error) {
    request.signal.throwIfAborted();
    throw tell(error, at);
  } finally {
    request.signal.removeEventListener("abort", stop);
    client?.disconnect();
  }
}

async function discover(client: Redis): Promise<Found[]> {
  const names = new Set<string>();
  let at = "0";
  let looked = 0;
  do {
    const [next, page] = scanned.parse(await client.call("SCAN", at, "COUNT", PAGE, "TYPE", "stream"));
    for (const name of page) names.add(name);
    at = next;
    looked += PAGE;
  } while (at !== "0" && names.size <= MAX_FOUND && looked < MAX_SCANNED);
  const found: Found[] = [];
  for (const name of [...names].sort().slice(0, MAX_FOUND + 1)) {
    found.push({ name, selection: { stream: name }, key: ["stream_id"], rows: await client.xlen(name) });
  }
  return found;
}

export const redis = defineKind({
  settings,
  secret,
  selection,
  test: (at) =>
    withClient(at, async (client) => {
      const version = /redis_version:(\S+)/.exec(await client.info("server").catch(() => ""))?.[1] ?? "";
      return { message: `Redis ${version}, database ${at.settings.database}`.replace("  ", " ") };
    }),
  discover: (at) => withClient(at, discover),
  read,
});
