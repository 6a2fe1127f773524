/** Which lines of a stored file are a person's: read as its run read it, asked of the database in batches. */
import { z } from "zod";
import { AppError } from "../../lib/errors.ts";
import type { ObjectStore } from "../../lib/stores/object/index.ts";
import { matchColumns } from "../load/columns.ts";
import { storedSource } from "../load/stage.ts";
import type { Field } from "../load/types.ts";
import {
  type ByteSource,
  type Dialect,
  MAX_RAW,
  openFile,
  type ReaderRecord,
  type Reading,
  readRecords,
} from "../readers/index.ts";
import type { LineRange } from "./blank-lines.ts";

/** Behind the last line of any file. */
export const LAST_LINE = Number.MAX_SAFE_INTEGER;

/** A file as ingest.next_erasure_file tells of it. */
export interface ErasureFile {
  file_id: string;
  dataset_id: string;
  dataset_name: string;
  file_name: string;
  object_key: string;
  rewritten_as: "same" | "ndjson" | null;
  is_input: boolean;
  reading: unknown;
  inspection: unknown;
  schema_key: string;
  lines: string | null;
}

/** A record for the database: line, values by the contract's fields, every value. */
export type Candidate = [number, Record<string, string>, string[]];
export type Match = (candidates: Candidate[]) => Promise<number[]>;

export interface OpenedFile {
  source: ByteSource;
  stored: ByteSource;
  dialect: Dialect;
  columns: string[];
  close(): Promise<void>;
}

const inspectionShape = z.looseObject({
  dialect: z.looseObject({ format: z.string(), encoding: z.string(), recordTerminator: z.string() }),
  columns: z.array(z.string()),
});
const optionsShape = z.looseObject({ dialect: z.looseObject({}).optional() });

/** Opens a file the way that its run did; one that was rewritten as JSON is what it is now. */
export async function openErasureFile(
  store: ObjectStore,
  file: ErasureFile,
  signal: AbortSignal,
): Promise<OpenedFile> {
  const stored = await storedSource({ store }, file.object_key, { signal, bytes: 0 });
  const given = optionsShape.safeParse(file.reading).data?.dialect ?? {};
  const reading = file.rewritten_as === "ndjson" ? ({ format: "ndjson" } as const) : (given as Reading);
  const open = await openFile(stored, reading, signal);
  const known = inspectionShape.safeParse(file.inspection).data;
  const { dialect, columns } = open.inspection;
  // What the run found out beats what the file looks like with lines of it empty.
  const same =
    known !== undefined && file.rewritten_as !== "ndjson" && known.dialect.format === dialect.format;
  return {
    source: open.source,
    stored,
    dialect: same ? (known.dialect as unknown as Dialect) : dialect,
    columns: same ? known.columns : columns,
    close: open.close,
  };
}

function hasNames({ format, headerLines }: Dialect): boolean {
  return headerLines > 0 || !["csv", "fixed", "xlsx"].includes(format);
}

/** JSON and XML records may have fields that the first ones did not. */
export function columnsOf(open: OpenedFile, fields: readonly Field[]): string[] {
  if (!["ndjson", "json", "xml"].includes(open.dialect.format)) return open.columns;
  const present = new Set(matchColumns(open.columns, fields, true));
  return [...open.columns, ...fields.filter((f) => !present.has(f.name)).map((f) => f.source_name)];
}

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
  open: OpenedFile,
  fields: readonly Field[],
  match: Match,
  signal: AbortSignal,
): Promise<Scan> {
  const columns = columnsOf(open, fields);
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
