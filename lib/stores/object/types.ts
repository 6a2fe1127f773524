/** Where files' bytes are kept. Two adapters, one contract (tests/contract/object-store.test.ts). */
import type { Readable } from "node:stream";

export interface StoredObject {
  size: number;
  sha256: Buffer;
}

export interface ObjectStore {
  readonly kind: "files" | "s3";
  /**
   * Stores a stream whole or not at all: a broken stream, or one over `maxBytes`, leaves nothing under the key.
   * Size and digest are taken while the bytes pass. Errors: AppError TOO_LARGE, STORE_DOWN.
   */
  put(key: string, body: Readable, options: { maxBytes: number }): Promise<StoredObject>;
  /** Bytes from `start` up to, not including, `end`. Errors: AppError NOT_FOUND, STORE_DOWN. */
  open(key: string, start?: number, end?: number): Promise<Readable>;
  /** Bytes stored under the key, or null when there is none. */
  size(key: string): Promise<number | null>;
  remove(key: string): Promise<void>;
  /** Resolves when the store can be written to. Errors: AppError STORE_DOWN. */
  check(): Promise<void>;
}
