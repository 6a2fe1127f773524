/** Which lines of a stored file are a person's: read as its run read it, asked of the database in batches. */
import { AppError } from "../../lib/errors.ts";
import { matchColumns } from "../load/columns.ts";
import { hasNames, type KnownFile, type ReopenedFile, widenColumns } from "../load/reopen.ts";
import type { Field } from "../load/types.ts";
import { MAX_RAW, type ReaderRecord, readRecords } from "../readers/index.ts";
import type { LineRange } from "./blank-lines.ts";

/** Behind the last line of any file. */
export const LAST_LINE = Number.MAX_SAFE_INTEGER;

/** A file as ingest.next_erasure_file tells of it. */
export interface ErasureFile extends KnownFile {
  file_id: string;
  dataset_id: string;
  dataset_name: string;
  file_name: string;
  rewritten_as: "same" | "ndjson" | null;
  is_input: boolean;
  schema_key: string;
  lines: string | null;
}

/** A record for the database: line, values by the contract's fields, every value. */
export type Candidate = [number, Record<string, string>, string[]];
export type Match = (candidates: Candidate[]) => Promise<number[]>;

function candidate(record: ReaderRecord, mapping: readonly (string | null)[]): Candidate {
  const values: Record<string, string> = {};
  const all: string[] = [];
  for (const [i, value] of record.fields.entries()) {
    if (value === null) continue;
    all.push(value);
    const name = mapping[i];
    if (name) values[name] = value;
  }
  return [record.line, values, all];
}

/** Lines of a record that is the file's last: as many as it shows; cut short, to the end. */
function endOfLast(record: ReaderRecord): number {
  if (record.raw.length >= MAX_RAW) return LAST_LINE;
  return record.line + record.raw.replace(/[\r\n]+$/, "").split(/\r\n|\n|\r/).length;
}

export interface Scan {
  ranges: LineRange[];
  /** Records in them. */
  records: number;
}

/** Reads a whole file. A matched record's lines end where the next record begins. */
export async function scanFile(
  open: ReopenedFile,
  fields: readonly Field[],
  match: Match,
  signal: AbortSignal,
): Promise<Scan> {
  const columns = widenColumns(open, fields);
  const mapping = matchColumns(columns, fields, hasNames(open.dialect));
  const ranges: LineRange[] = [];
  let records = 0;
  let pending: { record: ReaderRecord } | null = null;
  const close = (end: number): void => {
    if (pending === null) return;
    ranges.push([pending.record.line, end]);
    pending = null;
  };
  for await (const batch of readRecords(open.source, open.dialect, columns, { ragged: "repair", signal })) {
    const found = new Set(await match(batch.map((record) => candidate(record, mapping))));
    for (const record of batch) {
      close(record.line);
      if (!found.has(record.line)) continue;
      records++;
      pending = { record };
    }
  }
  const last = pending as { record: ReaderRecord } | null;
  if (last !== null) close(endOfLast(last.record));
  return { ranges: joined(ranges), records };
}

/** Lines in these ranges at which a record begins, in batches of at most so many, each of one range. */
export async function* recordLines(
  open: ReopenedFile,
  fields: readonly Field[],
  ranges: readonly LineRange[],
  limit: number,
): AsyncGenerator<number[]> {
  let lines: number[] = [];
  let next = 0;
  const options = { ragged: "repair", raw: false } as const;
  for await (const batch of readRecords(open.source, open.dialect, widenColumns(open, fields), options)) {
    for (const { line } of batch) {
      const before = next;
      while (next < ranges.length && ranges[next]![1] <= line) next++;
      if (lines.length > 0 && (next !== before || lines.length === limit)) {
        yield lines;
        lines = [];
      }
      if (next === ranges.length) return;
      if (ranges[next]![0] <= line) lines.push(line);
    }
  }
  if (lines.length > 0) yield lines;
}

function joined(ranges: readonly LineRange[]): LineRange[] {
  const result: LineRange[] = [];
  for (const [from, to] of ranges) {
    const before = result.at(-1);
    if (before && before[1] >= from) before[1] = Math.max(before[1], to);
    else result.push([from, to]);
  }
  return result;
}

/** As PostgreSQL writes and reads int8multirange. */
export const multirange = (ranges: readonly LineRange[]): string =>
  `{${ranges.map(([from, to]) => `[${from},${to === LAST_LINE ? "" : to})`).join(",")}}`;

export function parseMultirange(text: string): LineRange[] {
  const found = [...text.matchAll(/\[(\d+),(\d*)\)/g)];
  if (text !== "{}" && found.length === 0)
    throw new AppError("INTERNAL", "lines are not what they should be", { hint: "This is a fault of ours." });
  return found.map(([, from, to]) => [Number(from), to ? Number(to) : LAST_LINE]);
}
