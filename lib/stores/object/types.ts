/** Where files' bytes are kept. Two adapters, one contract (tests/contract/object-store.test.ts). */
import type { Readable } from "node:stream";

export interface StoredObject {
  size: number;
  sha256: Buffer;
}

export interface DirectUploads {
  /** Addresses, one a part of `partBytes` (the last one shorter), to which the bytes are sent by PUT. */
  begin(key: string, size: number): Promise<{ uploadId: string; partBytes: number; urls: string[] }>;
  /** Puts the parts together, by the ETags that their answers had, in order. */
  complete(key: string, uploadId: string, etags: readonly string[]): Promise<void>;
  abort(key: string, uploadId: string): Promise<void>;
}

export interface ObjectStore {
  readonly kind: "files" | "s3";
  /** Where senders can reach the store themselves. */
  readonly direct?: DirectUploads;
  /**
   * Stores a stream whole or not at all: a broken stream, or one over `maxBytes`, leaves nothing new under the key;
   * of two at once under one key, one is there, whole. Size and digest are taken while the bytes pass. Errors:
   * AppError INVALID_KEY, TOO_LARGE, STORE_DOWN; an error of the stream itself is thrown as it is.
   */
  put(key: string, body: Readable, options: { maxBytes: number }): Promise<StoredObject>;
  /**
   * Bytes from `start` up to, not including, `end`; what lies behind the object's end is left out. A stream that
   * breaks ends with AppError STORE_DOWN, never early. Errors: AppError INVALID_KEY, NOT_FOUND, STORE_DOWN.
   */
  open(key: string, start?: number, end?: number): Promise<Readable>;
  /** Bytes stored under the key, or null when there is none. Errors: AppError INVALID_KEY, STORE_DOWN. */
  size(key: string): Promise<number | null>;
  /** Removes what is under the key; nothing there is no error. */
  remove(key: string): Promise<void>;
  /** Removes what broken uploads of killed processes left, where it is older; gives how many there were. */
  sweep(olderThanMs: number): Promise<number>;
  /**
   * Resolves when the store can be written to; makes it where there was none. To be called before anything else.
   * Errors: AppError STORE_DOWN, also where a store that was there is gone.
   */
  check(): Promise<void>;
}
