/** Any S3 endpoint through the minio client. An object appears only when it is whole. */
import http from "node:http";
import https from "node:https";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { Client } from "minio";
import type { Config } from "../../config.ts";
import { AppError } from "../../errors.ts";
import { codeOf } from "./codes.ts";
import { createDirect } from "./direct.ts";
import { notFound, requireKey } from "./keys.ts";
import { exactly, measure } from "./measure.ts";
import { down, isMissing, sendParts } from "./s3-parts.ts";
import type { ObjectStore } from "./types.ts";

/** A store that says nothing for so long counts as down. */
const SILENCE_MS = 60_000;
/** Requests at once to the store from one process; more wait for a free connection. */
const MAX_SOCKETS = 32;
/** Unfinished uploads that one sweep looks at. */
const MAX_SWEPT = 10_000;
const OURS_ALREADY = new Set(["BucketAlreadyOwnedByYou", "BucketAlreadyExists"]);

function connect(settings: NonNullable<Config["s3"]>): Client {
  const endpoint = new URL(settings.endpoint);
  const secure = endpoint.protocol === "https:";
  const plain = secure ? https : http;
  // The client itself would wait for ever, and starts a connection for each request.
  const request = (...args: Parameters<typeof http.request>): http.ClientRequest => {
    const sent = plain.request(...args);
    return sent.setTimeout(SILENCE_MS, () => sent.destroy(new Error(`no answer within ${SILENCE_MS} ms`)));
  };
  const agent = new (secure ? https.Agent : http.Agent)({ keepAlive: true, maxSockets: MAX_SOCKETS });
  return new Client({
    endPoint: endpoint.hostname,
    port: endpoint.port ? Number(endpoint.port) : secure ? 443 : 80,
    useSSL: secure,
    accessKey: settings.accessKey,
    secretKey: settings.secretKey,
    region: settings.region,
    pathStyle: true,
    transport: { request: request as typeof http.request },
    transportAgent: agent,
    // What may be sent again is decided here, where a body is known to be in memory still.
    retryOptions: { disableRetry: true },
  });
}

export function createS3Store(settings: NonNullable<Config["s3"]>): ObjectStore {
  const client = connect(settings);
  const bucket = settings.bucket;
  const sizeOf = async (key: string): Promise<number | null> => {
    requireKey(key);
    try {
      return (await client.statObject(bucket, key)).size;
    } catch (error) {
      if (isMissing(error)) return null;
      throw down(error);
    }
  };
  const outside = settings.publicEndpoint
    ? connect({ ...settings, endpoint: settings.publicEndpoint })
    : null;
  return {
    kind: "s3",
    ...(outside ? { direct: createDirect(client, outside, bucket) } : {}),
    async put(key, body, { maxBytes }) {
      requireKey(key);
      const meter = measure(maxBytes);
      const target = { client, bucket, key, maxBytes };
      await pipeline(body, meter.stream, (source: AsyncIterable<Buffer>) => sendParts(target, source));
      return meter.result();
    },
    async open(key, start = 0, end) {
      const size = await sizeOf(key);
      if (size === null) throw notFound(key);
      const length = Math.min(end ?? size, size) - start;
      if (length <= 0) return Readable.from([], { objectMode: false });
      try {
        const stream = await client.getPartialObject(bucket, key, start, length);
        return Readable.from(exactly(stream, length, down), { objectMode: false, highWaterMark: 1 });
      } catch (error) {
        // Removed since it was measured.
        throw isMissing(error) ? notFound(key) : down(error);
      }
    },
    size: sizeOf,
    async remove(key) {
      requireKey(key);
      await client.removeObject(bucket, key).catch((error: unknown) => {
        throw down(error);
      });
    },
    sweep: (olderThanMs) => sweepUploads(client, bucket, Date.now() - olderThanMs),
    async check() {
      try {
        if (await client.bucketExists(bucket)) return;
        await client.makeBucket(bucket, settings.region);
      } catch (error) {
        // Another process made it meanwhile.
        if (!OURS_ALREADY.has(codeOf(error))) throw down(error);
      }
    },
  };
}

async function sweepUploads(client: Client, bucket: string, before: number): Promise<number> {
  let seen = 0;
  let removed = 0;
  try {
    const uploads = client.listIncompleteUploads(bucket, "", true);
    for await (const upload of uploads as AsyncIterable<{ key: string; uploadId: string; initiated: Date }>) {
      if (++seen > MAX_SWEPT) break;
      if (upload.initiated.getTime() > before) continue;
      await client.abortMultipartUpload(bucket, upload.key, upload.uploadId);
      removed++;
    }
  } catch (error) {
    throw error instanceof AppError ? error : down(error);
  }
  return removed;
}
