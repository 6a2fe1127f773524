/** Records of a file as the document store takes them. */
import type { RawOutcome, RawRecord } from "../../lib/stores/document/index.ts";
import {
  type ByteSource,
  type Dialect,
  MAX_RAW,
  type RaggedPolicy,
  type ReaderRecord,
  readRecords,
} from "../readers/index.ts";
import { extraFields } from "./extra-fields.ts";

export interface RawReading {
  source: ByteSource;
  dialect: Dialect;
  columns: readonly string[];
  /** What the load itself did with ragged records, so that both read the same. */
  ragged: RaggedPolicy;
  signal: AbortSignal;
}

/** What became of these lines, in their order; each call's lines are behind those of the one before. */
export type OutcomesOf = (lines: readonly number[]) => Promise<RawOutcome[]>;

/** Whatever else is said of it: what could not be split into fields was set aside. */
const UNREADABLE: RawOutcome = { status: "rejected", changeType: "rejected", version: null };

/** A text as long as the reader's limit has been cut by it. */
function rawRecord(
  { line, fields, raw, problem }: ReaderRecord,
  outcome: RawOutcome,
  isJson: boolean,
  known: ReadonlySet<string>,
): RawRecord {
  const cut = raw.length >= MAX_RAW;
  if (problem !== undefined) return { line, fields: null, raw, partial: cut, outcome: UNREADABLE };
  if (!isJson) return { line, fields, raw, outcome };
  return cut
    ? { line, fields, raw, partial: true, outcome }
    : { line, fields, raw, extra: extraFields(raw, known), outcome };
}

/** The records behind a line, each with what became of it. Errors: ReaderError, those of `outcomesOf`, the signal's reason. */
export async function* rawRecords(
  { source, dialect, columns, ragged, signal }: RawReading,
  after: number,
  outcomesOf: OutcomesOf,
): AsyncGenerator<RawRecord[]> {
  const known = new Set(columns);
  const isJson = dialect.format === "ndjson" || dialect.format === "json";
  for await (const batch of readRecords(source, dialect, columns, { ragged, signal })) {
    signal.throwIfAborted();
    const wanted = after > 0 ? batch.filter((record) => record.line > after) : batch;
    if (wanted.length === 0) continue;
    const outcomes = await outcomesOf(wanted.map((record) => record.line));
    yield wanted.map((record, i) => rawRecord(record, outcomes[i]!, isJson, known));
  }
}
