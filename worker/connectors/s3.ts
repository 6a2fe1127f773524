/** Objects of S3-compatible stores below a prefix, as they are; Google Cloud Storage by HMAC keys goes this way too. */
import http from "node:http";
import https from "node:https";
import { Readable } from "node:stream";
import { Client } from "minio";
import { z } from "zod";
import { type Network, TIMED_OUT } from "../../lib/outbound.ts";
import { exactly } from "../../lib/stores/object/measure.ts";
import { commonFailure, SourceError, unknownFailure } from "./failures.ts";
import { type Listed, takeNew } from "./objects.ts";
import { matches } from "./text.ts";
import { type At, defineKind, type Found, type Item, MAX_FOUND, type ReadRequest } from "./types.ts";

const settings = z.strictObject({
  endpoint: z.url({ protocol: /^https?$/ }).max(1000),
  bucket: z.string().min(1).max(200),
  region: z.string().min(1).max(60).default("us-east-1"),
});
const secret = z.strictObject({
  accessKey: z.string().min(1).max(1000).optional(),
  secretKey: z.string().min(1).max(1000).optional(),
});
type Here = At<z.output<typeof settings>, z.output<typeof secret>>;
export const objectSelection = z.strictObject({
  prefix: z.string().max(1000).default(""),
  pattern: z.string().min(1).max(300).optional(),
});

export interface Bucket {
  network: Network;
  signal: AbortSignal;
  endpoint: string;
  bucket: string;
  region: string;
  accessKey?: string | undefined;
  secretKey?: string | undefined;
}

const SILENCE_MS = 60_000;
const MAX_OBJECTS = 200_000;
/** Looked at by a discovery. */
const MAX_LOOKED = 10_000;
const AUTH = new Set([
  "InvalidAccessKeyId",
  "SignatureDoesNotMatch",
  "InvalidToken",
  "ExpiredToken",
  "AuthorizationHeaderMalformed",
]);

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error ? String(error.code) : "";

export function tellS3(
  error: unknown,
  { endpoint, bucket }: Pick<Bucket, "endpoint" | "bucket">,
): SourceError {
  const where = new URL(endpoint).host;
  const code = codeOf(error);
  const said = error instanceof Error ? error.message : String(error);
  const options = { cause: error };
  if (AUTH.has(code))
    return new SourceError(
      "auth",
      `${where}: the keys were not accepted (${code})`,
      "Check access key and secret key.",
      options,
    );
  if (code === "AccessDenied")
    return new SourceError(
      "denied",
      `${where}: no right to ${bucket}`,
      "Allow these keys to list the bucket and get its objects.",
      options,
    );
  if (code === "NoSuchBucket")
    return new SourceError("missing", `${where}: there is no bucket ${bucket}`, "Check its name.", options);
  if (code === "NoSuchKey" || code === "NotFound")
    return new SourceError(
      "missing",
      `${where}: an object is gone: ${said.slice(0, 200)}`,
      "It was removed while it was to be read.",
      options,
    );
  if (code === "SlowDown")
    return new SourceError("busy", `${where} asks for a pause`, "It is tried again by itself.", options);
  return commonFailure(error, where) ?? unknownFailure(error, where);
}

/** The client's own requests, each to a checked address. */
async function connect({
  network,
  endpoint: address,
  region,
  accessKey,
  secretKey,
  signal,
}: Bucket): Promise<{ client: Client; close(): void }> {
  const endpoint = new URL(address);
  const secure = endpoint.protocol === "https:";
  const found = await network.find(endpoint.hostname);
  if (!secure && accessKey !== undefined && !found.inside) {
    throw new SourceError(
      "refused",
      `${endpoint.host}: keys are not used over plain http`,
      "Give an https endpoint.",
    );
  }
  const agent = new (secure ? https.Agent : http.Agent)({ keepAlive: true, maxSockets: 4 });
  const plain = secure ? https : http;
  const request = (
    options: http.RequestOptions,
    done?: (response: http.IncomingMessage) => void,
  ): http.ClientRequest => {
    const host = options.hostname ?? options.host ?? "";
    if (!network.permits(host))
      throw new SourceError(
        "refused",
        `${host}: host is not on the public network`,
        "Ask your platform's operator whether this network may be reached.",
      );
    const sent = plain.request({ ...options, lookup: network.lookup, signal }, done);
    return sent.setTimeout(SILENCE_MS, () =>
      sent.destroy(Object.assign(new Error("no answer"), { code: TIMED_OUT })),
    );
  };
  const client = new Client({
    endPoint: endpoint.hostname,
    port: endpoint.port ? Number(endpoint.port) : secure ? 443 : 80,
    useSSL: secure,
    ...(accessKey === undefined ? {} : { accessKey }),
    ...(secretKey === undefined ? {} : { secretKey }),
    region,
    pathStyle: true,
    transport: { request: request as typeof http.request },
    transportAgent: agent,
    retryOptions: { disableRetry: true },
  });
  return { client, close: () => agent.destroy() };
}

interface Entry {
  name?: string;
  size: number;
  etag?: string;
  lastModified?: Date;
}

async function list(
  client: Client,
  bucket: string,
  prefix: string,
  limit: number,
  signal: AbortSignal,
): Promise<Listed[]> {
  const listed: Listed[] = [];
  const entries = client.listObjectsV2(bucket, prefix, true) as AsyncIterable<Entry>;
  for await (const { name, size, etag, lastModified } of entries) {
    signal.throwIfAborted();
    if (name === undefined) continue;
    if (listed.length >= limit) return [...listed, { name, size, version: "" }];
    // A rewritten object is another version, also where its bytes are the same.
    listed.push({ name, size, version: `${etag ?? ""} ${lastModified?.toISOString() ?? ""}` });
  }
  return listed;
}

export async function* readObjects(
  bucket: Bucket,
  request: ReadRequest<z.output<typeof objectSelection>>,
): AsyncGenerator<Item> {
  let connected: Awaited<ReturnType<typeof connect>> | null = null;
  try {
    connected = await connect(bucket);
    const { client } = connected;
    const { prefix, pattern } = request.selection;
    const all = await list(client, bucket.bucket, prefix, MAX_OBJECTS, request.signal);
    if (all.length > MAX_OBJECTS) {
      throw new SourceError(
        "data",
        `there are more than ${MAX_OBJECTS} objects below ${prefix || "the bucket's root"}`,
        "Give a longer prefix.",
      );
    }
    const wanted = all.filter((object) => matches(pattern, object.name.slice(prefix.length)));
    const tell = (error: unknown): SourceError => tellS3(error, bucket);
    yield* takeNew(request, wanted, async (object) => {
      const stream = await client.getObject(bucket.bucket, object.name);
      return Readable.from(exactly(stream, object.size, tell), { objectMode: false });
    });
  } catch (error) {
    request.signal.throwIfAborted();
    throw tellS3(error, bucket);
  } finally {
    connected?.close();
  }
}

export async function testBucket(bucket: Bucket): Promise<{ message: string }> {
  let connected: Awaited<ReturnType<typeof connect>> | null = null;
  try {
    connected = await connect(bucket);
    const some = await list(connected.client, bucket.bucket, "", 1, bucket.signal);
    return {
      message: `${new URL(bucket.endpoint).host}, bucket ${bucket.bucket}${some.length === 0 ? ", which is empty" : ""}`,
    };
  } catch (error) {
    bucket.signal.throwIfAborted();
    throw tellS3(error, bucket);
  } finally {
    connected?.close();
  }
}

/** Folders, by what of them was looked at. */
export function foldersOf(objects: Listed[]): Found[] {
  const folders = new Map<string, { rows: number; bytes: number }>();
  for (const { name, size } of objects) {
    const prefix = name.slice(0, name.lastIndexOf("/") + 1);
    const folder = folders.get(prefix) ?? { rows: 0, bytes: 0 };
    folders.set(prefix, { rows: folder.rows + 1, bytes: folder.bytes + size });
  }
  return [...folders]
    .slice(0, MAX_FOUND + 1)
    .map(([prefix, { bytes }]) => ({ name: prefix || "/", selection: { prefix }, bytes }));
}

export async function discoverBucket(bucket: Bucket): Promise<Found[]> {
  let connected: Awaited<ReturnType<typeof connect>> | null = null;
  try {
    connected = await connect(bucket);
    return foldersOf(
      (await list(connected.client, bucket.bucket, "", MAX_LOOKED, bucket.signal)).slice(0, MAX_LOOKED),
    );
  } catch (error) {
    bucket.signal.throwIfAborted();
    throw tellS3(error, bucket);
  } finally {
    connected?.close();
  }
}

function bucketOf({ settings, secret, network, signal }: Here): Bucket {
  return { ...settings, ...secret, network, signal };
}

export const s3 = defineKind({
  settings,
  secret,
  selection: objectSelection,
  test: (at) => testBucket(bucketOf(at)),
  discover: (at) => discoverBucket(bucketOf(at)),
  read: (at, request) => readObjects({ ...bucketOf(at), signal: request.signal }, request),
});
