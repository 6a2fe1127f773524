/** Keys of stored objects: made here, never by people, so that no name can reach outside its organization. */
import { randomUUID } from "node:crypto";
import { AppError } from "../../errors.ts";

const KEY = /^[a-z0-9][a-z0-9_-]*(\/[a-z0-9][a-z0-9._-]*)+$/;
/** Longest key; S3 takes 1,024 bytes. */
const MAX_KEY = 512;

/** Where a received file is kept. */
export function fileKey(orgId: string): string {
  return `org/${orgId}/files/${randomUUID()}`;
}

/** The second lock on the door: whatever asks for a key, only ours are answered. Errors: AppError INVALID_KEY. */
export function requireKey(key: string): void {
  if (key.length <= MAX_KEY && KEY.test(key)) return;
  throw new AppError("INVALID_KEY", "not an object key", { hint: "Keys are made by the server." });
}

/** What is said of a key with nothing under it. */
export function notFound(key: string): AppError {
  return new AppError("NOT_FOUND", `no object ${key}`, {
    hint: "It was removed, or the store is another one.",
  });
}
