/**
 * Uploads to S3 in parts. The client's own would continue any unfinished upload of the same key, so that two at once
 * mix their parts; and it holds parts of half a gigabyte where the length is not known.
 */
import { createHash } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { Client } from "minio";
import { AppError } from "../../errors.ts";
import { codeOf } from "./codes.ts";

/** S3 wants at least 5 MiB a part, but for the last, and takes 10,000 of them. */
const PART_BYTES = 8 * 1024 * 1024;
const MAX_PARTS = 10_000;
/** A request whose body is still in memory is sent this often. */
const ATTEMPTS = 3;
const PAUSE_MS = 200;

const MISSING = new Set(["NoSuchKey", "NotFound"]);
const REFUSED = new Set([
  "AccessDenied",
  "InvalidAccessKeyId",
  "SignatureDoesNotMatch",
  "RequestTimeTooSkewed",
]);

export interface UploadTarget {
  client: Client;
  bucket: string;
  key: string;
  maxBytes: number;
}

export function isMissing(error: unknown): boolean {
  return MISSING.has(codeOf(error));
}

/** Everything that goes wrong with the store can be mended by people; loads wait until it is. */
export function down(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const refused = REFUSED.has(codeOf(error));
  return new AppError(
    "STORE_DOWN",
    refused ? `the object store refuses us (${codeOf(error)})` : "the object store does not answer",
    {
      hint: `Loads wait for it and go on by themselves; check ${refused ? "S3_ACCESS_KEY, S3_SECRET_KEY and the clock" : "S3_ENDPOINT and the server behind it"}.`,
      cause: error,
    },
  );
}

async function again<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt === ATTEMPTS || REFUSED.has(codeOf(error)) || codeOf(error).startsWith("NoSuch"))
        throw down(error);
      await pause(PAUSE_MS * 2 ** attempt);
    }
  }
}

/** The stream in pieces of `size` bytes, the last one shorter; an empty stream is one empty piece. */
async function* pieces(source: AsyncIterable<Buffer>, size: number): AsyncGenerator<Buffer> {
  let held: Buffer[] = [];
  let bytes = 0;
  let any = false;
  for await (const chunk of source) {
    let from = 0;
    // Each turn takes at least one byte of the chunk.
    while (bytes + chunk.length - from >= size) {
      const to = from + size - bytes;
      yield Buffer.concat([...held, chunk.subarray(from, to)], size);
      any = true;
      held = [];
      bytes = 0;
      from = to;
    }
    if (from < chunk.length) {
      held.push(chunk.subarray(from));
      bytes += chunk.length - from;
    }
  }
  if (bytes > 0 || !any) yield Buffer.concat(held, bytes);
}

async function sendPart(
  target: UploadTarget,
  uploadId: string,
  part: number,
  piece: Buffer,
): Promise<string> {
  const { client, bucket, key } = target;
  const response = await again(() =>
    client.makeRequestAsyncOmit(
      {
        method: "PUT",
        bucketName: bucket,
        objectName: key,
        query: `partNumber=${part}&uploadId=${encodeURIComponent(uploadId)}`,
        headers: {
          "Content-Length": piece.length,
          "Content-MD5": createHash("md5").update(piece).digest("base64"),
        },
      },
      piece,
    ),
  );
  return (response.headers.etag ?? "").replaceAll('"', "");
}

/** Sends a stream: in one request where it is short, else in parts that become the object together. */
export async function sendParts(target: UploadTarget, source: AsyncIterable<Buffer>): Promise<void> {
  const { client, bucket, key } = target;
  const size = Math.max(PART_BYTES, Math.ceil(target.maxBytes / MAX_PARTS));
  let uploadId: string | null = null;
  const etags: { part: number; etag: string }[] = [];
  try {
    for await (const piece of pieces(source, size)) {
      if (uploadId === null && piece.length < size) {
        await again(() => client.putObject(bucket, key, piece, piece.length));
        return;
      }
      uploadId ??= await again(() => client.initiateNewMultipartUpload(bucket, key, {}));
      etags.push({
        part: etags.length + 1,
        etag: await sendPart(target, uploadId, etags.length + 1, piece),
      });
    }
    const finished = uploadId!;
    // Not tried again: where only the answer was lost, the second attempt finds no upload.
    await client.completeMultipartUpload(bucket, key, finished, etags).catch((error: unknown) => {
      throw down(error);
    });
  } catch (error) {
    if (uploadId !== null) await client.abortMultipartUpload(bucket, key, uploadId).catch(() => undefined);
    throw error;
  }
}
