/**
 * The raw records of a file into the document store, on their way before anything is checked: nothing of the file is
 * lost there, not even what no schema fits.
 */
import { createHash } from "node:crypto";
import type {
  DocumentStore,
  RawFile,
  RawRecord,
  Reading,
  StagedCounts,
} from "../../lib/stores/document/index.ts";
import {
  type ByteSource,
  type Dialect,
  MAX_RAW,
  type RaggedPolicy,
  type ReaderRecord,
  readRecords,
} from "../readers/index.ts";
import { extraFields } from "./extra-fields.ts";

/** Batches that may be on their way to the store while the next is read. */
const WRITES_AHEAD = 2;

export interface StageOptions {
  signal: AbortSignal;
  /** What the load itself does with ragged records, so that both read the same. Default "reject". */
  ragged?: RaggedPolicy;
  /** Told after each batch that is stored: records so far. */
  onProgress?: (records: number) => void;
}

export interface StagedRaw extends StagedCounts {
  /** True where this run had staged the file already. */
  before: boolean;
}

/** Two stagings of one file are the same reading when they split it the same way. */
function readingOf(dialect: Dialect, columns: readonly string[], ragged: RaggedPolicy): Reading {
  const sorted = Object.entries({ ...dialect, ragged }).sort(([a], [b]) => (a < b ? -1 : 1));
  const digest = createHash("sha256")
    .update(JSON.stringify([sorted, columns]))
    .digest("hex");
  return { columns, how: `${dialect.format} ${dialect.encoding} ${digest}` };
}

/** Maps the reader's records. A text as long as the reader's limit has been cut by it. */
function rawRecords(
  batch: readonly ReaderRecord[],
  format: Dialect["format"],
  known: ReadonlySet<string>,
): RawRecord[] {
  return batch.map(({ line, fields, raw, problem }) => {
    const cut = raw.length >= MAX_RAW;
    if (problem !== undefined) return { line, fields: null, raw, partial: cut };
    if (format !== "ndjson" && format !== "json") return { line, fields, raw };
    return cut ? { line, fields, raw, partial: true } : { line, fields, raw, extra: extraFields(raw, known) };
  });
}

/**
 * Writes every record of a file to the document store. Repeated, it writes the same documents again; where this run
 * has staged the file already it reads nothing. Errors: AppError STORE_DOWN (wait), STORE_REFUSED; ReaderError; the
 * signal's reason.
 */
export async function stageRaw(
  store: DocumentStore,
  file: RawFile,
  source: ByteSource,
  dialect: Dialect,
  columns: readonly string[],
  options: StageOptions,
): Promise<StagedRaw> {
  const { signal, ragged = "reject", onProgress } = options;
  const reading = readingOf(dialect, columns, ragged);
  const staged = await store.begin(file, reading);
  if (staged !== null) return { ...staged, before: true };
  const known = new Set(columns);
  const counts: StagedCounts = { records: 0, unreadable: 0 };
  const writes: Promise<void>[] = [];
  const send = async (batch: readonly ReaderRecord[]): Promise<void> => {
    await store.write(file, reading, rawRecords(batch, dialect.format, known));
    counts.records += batch.length;
    for (const record of batch) if (record.problem !== undefined) counts.unreadable++;
    onProgress?.(counts.records);
  };
  try {
    for await (const batch of readRecords(source, dialect, columns, { ragged, signal })) {
      signal.throwIfAborted();
      const write = send(batch);
      // Seen when its turn comes; until then it must not count as unhandled.
      write.catch(() => undefined);
      writes.push(write);
      if (writes.length > WRITES_AHEAD) await writes.shift();
    }
    await Promise.all(writes);
  } finally {
    // Nothing of this call is still being written when it returns, whatever ended it.
    await Promise.allSettled(writes);
  }
  signal.throwIfAborted();
  await store.finish(file, counts);
  return { ...counts, before: false };
}
