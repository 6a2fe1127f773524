/** Any S3 endpoint through the minio client. Uploads are multipart: an object appears only when it is whole. */
import { Readable } from "node:stream";
import { Client } from "minio";
import type { Config } from "../../config.ts";
import { AppError } from "../../errors.ts";
import { measure } from "./measure.ts";
import type { ObjectStore } from "./types.ts";

const MISSING = new Set(["NoSuchKey", "NotFound"]);

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

function down(error: unknown): AppError {
  if (error instanceof AppError) return error;
  return new AppError("STORE_DOWN", "the object store does not answer", {
    hint: "Loads wait for it and go on by themselves; check S3_ENDPOINT and its keys.",
    cause: error,
  });
}

export function createS3Store(settings: NonNullable<Config["s3"]>): ObjectStore {
  const endpoint = new URL(settings.endpoint);
  const secure = endpoint.protocol === "https:";
  const client = new Client({
    endPoint: endpoint.hostname,
    port: endpoint.port ? Number(endpoint.port) : secure ? 443 : 80,
    useSSL: secure,
    accessKey: settings.accessKey,
    secretKey: settings.secretKey,
    region: settings.region,
    pathStyle: true,
  });
  const bucket = settings.bucket;
  const sizeOf = async (key: string): Promise<number | null> => {
    try {
      return (await client.statObject(bucket, key)).size;
    } catch (error) {
      if (MISSING.has(codeOf(error))) return null;
      throw down(error);
    }
  };
  return {
    kind: "s3",
    async put(key, body, { maxBytes }) {
      const meter = measure(maxBytes);
      // A broken source must break the upload too: pipe alone would leave it waiting.
      body.once("error", (error) => meter.stream.destroy(error));
      try {
        await client.putObject(bucket, key, body.pipe(meter.stream));
        return meter.result();
      } catch (error) {
        await client.removeIncompleteUpload(bucket, key).catch(() => undefined);
        throw down(error);
      }
    },
    async open(key, start = 0, end) {
      const size = await sizeOf(key);
      if (size === null) {
        throw new AppError("NOT_FOUND", `no object ${key}`, {
          hint: "It was removed, or the store is another one.",
        });
      }
      const length = Math.min(end ?? size, size) - start;
      if (length <= 0) return Readable.from([]);
      try {
        return await client.getPartialObject(bucket, key, start, length);
      } catch (error) {
        throw down(error);
      }
    },
    size: sizeOf,
    async remove(key) {
      await client.removeObject(bucket, key).catch((error: unknown) => {
        throw down(error);
      });
    },
    async check() {
      try {
        if (!(await client.bucketExists(bucket))) await client.makeBucket(bucket, settings.region);
      } catch (error) {
        throw down(error);
      }
    },
  };
}
