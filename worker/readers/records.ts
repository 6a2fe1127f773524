/** Records as JavaScript values, in batches; for inspection, inference, document staging and single lines. */

import { convertValue, type ValueFormat } from "../../lib/contract/locales.ts";
import { BATCH_BYTES, BATCH_RECORDS } from "./batches.ts";
import { valuesOf } from "./fields.ts";
import { readFixed } from "./fixed.ts";
import { readJson } from "./json.ts";
import { readJsonRecords } from "./ndjson.ts";
import { readParquet } from "./parquet.ts";
import { rawText } from "./problems.ts";
import { openUtf8 } from "./stream.ts";
import type { Scan } from "./syntax.ts";
import { openTokenizer, type RecordSink } from "./tokenizer.ts";
import type { ByteSource, Dialect, Format, ReaderRecord, ReadOptions } from "./types.ts";
import { readXlsx } from "./xlsx.ts";
import { readXml } from "./xml.ts";

/**
 * Reads a file's records in order, in batches of at most BATCH_RECORDS. `columns` gives the number of fields each
 * record must have; with none, any number is good. A record that cannot be used comes with `problem`. Memory stays
 * bounded by one record and one batch. Throws ReaderError `unreadable`, `bad_dialect`, `unsupported_encoding`.
 */
export async function* readRecords(
  source: ByteSource,
  dialect: Dialect,
  columns: readonly string[],
  options: ReadOptions = {},
): AsyncGenerator<ReaderRecord[]> {
  const formats = dialect.valueFormats;
  const batches = READERS[dialect.format](source, dialect, columns, options);
  if (formats === undefined) yield* batches;
  else for await (const batch of batches) yield convert(batch, formats);
}

/** Values of the columns that are written as people of some country write them, as PostgreSQL reads them. */
function convert(batch: ReaderRecord[], formats: readonly (ValueFormat | null)[]): ReaderRecord[] {
  for (const { fields } of batch) {
    for (const [i, format] of formats.entries()) {
      const value = fields[i];
      if (format !== null && value !== null && value !== undefined) fields[i] = convertValue(format, value);
    }
  }
  return batch;
}

type Reader = (
  source: ByteSource,
  dialect: Dialect,
  columns: readonly string[],
  options: ReadOptions,
) => AsyncGenerator<ReaderRecord[]>;

const READERS: Record<Format, Reader> = {
  csv: readDelimited,
  ndjson: readJsonRecords,
  json: readJson,
  xml: readXml,
  parquet: readParquet,
  xlsx: readXlsx,
  fixed: readFixed,
};

async function* readDelimited(
  source: ByteSource,
  dialect: Dialect,
  columns: readonly string[],
  options: ReadOptions,
): AsyncGenerator<ReaderRecord[]> {
  const { chunks, direct } = await openUtf8(source, dialect, options.signal);
  const tokenizer = openTokenizer({ dialect, columns, direct, ragged: options.ragged ?? "reject" });
  const sink = batchSink(tokenizer.syntax, options.onlyLines);
  const drain = function* (): Generator<ReaderRecord[]> {
    // Ends because each turn takes what the sink holds and the tokenizer goes on from there.
    for (let done = false; !done; ) {
      done = tokenizer.run(sink);
      if (sink.batch.length > 0 && (!done || sink.full())) yield sink.take();
    }
  };
  for await (const chunk of chunks) {
    tokenizer.feed(chunk, false);
    yield* drain();
    if (sink.finished()) break;
  }
  tokenizer.feed(null, true);
  yield* drain();
  if (sink.batch.length > 0) yield sink.take();
}

interface BatchSink extends RecordSink {
  batch: ReaderRecord[];
  take(): ReaderRecord[];
  finished(): boolean;
}

function batchSink(syntax: Parameters<typeof valuesOf>[0], onlyLines?: readonly number[]): BatchSink {
  let bytes = 0;
  let nextOnly = 0;
  const wanted = (line: number): boolean => {
    if (onlyLines === undefined) return true;
    // Ascending on both sides, so each line number is passed once.
    while (nextOnly < onlyLines.length && onlyLines[nextOnly]! < line) nextOnly++;
    return onlyLines[nextOnly] === line;
  };
  const add = (record: ReaderRecord, size: number): void => {
    sink.batch.push(record);
    bytes += size;
  };
  const sink: BatchSink = {
    batch: [],
    fields: (buf: Buffer, start: number, scan: Scan, line: number) => {
      if (!wanted(line)) return;
      const fields = valuesOf(syntax, scan, buf);
      add({ line, fields, raw: rawText(buf, start, scan.end) }, scan.end - start);
    },
    values: (values, buf, start, end, line) => {
      if (wanted(line)) add({ line, fields: values, raw: rawText(buf, start, end) }, end - start);
    },
    problem: (problem, values) => {
      if (wanted(problem.line))
        add({ line: problem.line, fields: values, raw: problem.raw, problem }, problem.raw.length);
    },
    full: () => sink.batch.length >= BATCH_RECORDS || bytes >= BATCH_BYTES,
    take: () => {
      const batch = sink.batch;
      sink.batch = [];
      bytes = 0;
      return batch;
    },
    finished: () => onlyLines !== undefined && nextOnly >= onlyLines.length,
  };
  return sink;
}
