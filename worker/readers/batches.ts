/** What readers of records that are no lines of delimited text share. */
import { cutRaw } from "./problems.ts";
import type { ReaderRecord, ReadOptions } from "./types.ts";

/** A batch is handed on at this many records or bytes, whichever comes first. */
export const BATCH_RECORDS = 1000;
export const BATCH_BYTES = 4 * 1024 * 1024;

/** Gathers records into batches. `wants` passes line numbers in ascending order. */
export interface Batcher {
  wants(line: number): boolean;
  /** All wanted lines have passed. */
  done(): boolean;
  add(record: ReaderRecord, bytes: number): void;
  full(): boolean;
  take(): ReaderRecord[];
}

export function newBatcher(options: ReadOptions): Batcher {
  const only = options.onlyLines;
  let next = 0;
  let batch: ReaderRecord[] = [];
  let size = 0;
  return {
    wants(line) {
      if (only === undefined) return true;
      // Ascending on both sides, so each line number is passed once.
      while (next < only.length && only[next]! < line) next++;
      return only[next] === line;
    },
    done: () => only !== undefined && next >= only.length,
    add(record, bytes) {
      batch.push(record);
      size += bytes;
    },
    full: () => batch.length >= BATCH_RECORDS || size >= BATCH_BYTES,
    take() {
      const taken = batch;
      batch = [];
      size = 0;
      return taken;
    },
  };
}

/** The raw text of a record that has none of its own: its values by column, as JSON. */
export function rawOf(columns: readonly string[], fields: readonly (string | null)[]): string {
  const object: Record<string, string | null> = {};
  for (const [i, column] of columns.entries()) object[column] = fields[i] ?? null;
  return cutRaw(JSON.stringify(object));
}
