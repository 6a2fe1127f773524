/** Uploads that go past the server: parts are sent to the store itself, at addresses that count for a while. */
import type { Client } from "minio";
import { codeOf } from "./codes.ts";
import { requireKey } from "./keys.ts";
import { down } from "./s3-parts.ts";
import type { DirectUploads } from "./types.ts";

const MIB = 1024 * 1024;
/** What the sender can put right; everything else is the store's trouble. */
const WRONG_PARTS = new Set(["InvalidPart", "InvalidPartOrder", "EntityTooSmall", "NoSuchUpload"]);
/** S3 takes 10,000 parts of at least 5 MiB; fewer and larger ones make a shorter list. */
const MIN_PART = 16 * MIB;
const MAX_PARTS = 1000;
/** As long as a large file takes over a slow line. */
export const DIRECT_SECONDS = 12 * 3600;

/** `outside` signs for the address under which the senders reach the store. */
export function createDirect(client: Client, outside: Client, bucket: string): DirectUploads {
  return {
    async begin(key, size) {
      requireKey(key);
      const partBytes = Math.max(MIN_PART, Math.ceil(size / MAX_PARTS / MIB) * MIB);
      const parts = Math.max(1, Math.ceil(size / partBytes));
      try {
        const uploadId = await client.initiateNewMultipartUpload(bucket, key, {});
        const urls = await Promise.all(
          Array.from({ length: parts }, (_, i) =>
            outside.presignedUrl("PUT", bucket, key, DIRECT_SECONDS, { uploadId, partNumber: String(i + 1) }),
          ),
        );
        return { uploadId, partBytes, urls };
      } catch (error) {
        throw down(error);
      }
    },
    async complete(key, uploadId, etags) {
      requireKey(key);
      const parts = etags.map((etag, i) => ({ part: i + 1, etag }));
      try {
        await client.completeMultipartUpload(bucket, key, uploadId, parts);
      } catch (error) {
        throw WRONG_PARTS.has(codeOf(error)) ? error : down(error);
      }
    },
    async abort(key, uploadId) {
      requireKey(key);
      await client.abortMultipartUpload(bucket, key, uploadId).catch((error: unknown) => {
        throw down(error);
      });
    },
  };
}
