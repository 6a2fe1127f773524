/**
 * Parquet: the footer and then row groups, read by ranges. Of a large row group a stretch of rows at a time is decoded,
 * so that memory does not grow with how the file was written.
 */
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from "node:zlib";
import {
  type AsyncBuffer,
  type ColumnChunk,
  type Compressors,
  type FileMetaData,
  parquetMetadataAsync,
  parquetRead,
  parquetSchema,
  type RowGroup,
} from "hyparquet";
import { getMaxDefinitionLevel, getMaxRepetitionLevel, getSchemaPath } from "hyparquet/src/schema.js";
import { compressors as others } from "hyparquet-compressors";
import { newBatcher, rawOf } from "./batches.ts";
import { checkPages, damagedParquet } from "./parquet-pages.ts";
import { columnOf, PARSERS, type ParquetColumn } from "./parquet-types.ts";
import { makeProblem } from "./problems.ts";
import { readRange } from "./source.ts";
import {
  type ByteSource,
  type Dialect,
  type Inspection,
  MAX_COLUMNS,
  ReaderError,
  type ReaderRecord,
  type ReadOptions,
  SAMPLE_RECORDS,
} from "./types.ts";

const MAX_FOOTER_BYTES = 64 * 1024 * 1024;
/** Compressed bytes of one column of a row group: they are held while it is read. */
const MAX_CHUNK_BYTES = 256 * 1024 * 1024;
/** A row group of so many compressed bytes is fetched once and kept while its rows are decoded. */
const KEEP_BYTES = 64 * 1024 * 1024;
/** What one stretch of decoded rows should take, and what a decoded value is reckoned at. */
const STRETCH_BYTES = 48 * 1024 * 1024;
const VALUE_BYTES = 24;
/** Nested columns are decoded a row group at a time. */
const MAX_NESTED_BYTES = 256 * 1024 * 1024;

const CODECS: Compressors = {
  ...others,
  GZIP: (input, length) => gunzipSync(input, { maxOutputLength: length || 1 }),
  BROTLI: (input, length) => brotliDecompressSync(input, { maxOutputLength: length || 1 }),
  ZSTD: (input, length) => zstdDecompressSync(input, { maxOutputLength: length || 1 }),
};

/** A page of nothing but missing values may have no byte at all, which is no compressed text of any codec. */
const COMPRESSORS: Compressors = Object.fromEntries(
  Object.entries(CODECS).map(([name, unpack]): [string, typeof unpack] => [
    name,
    unpack && ((input, length) => (length === 0 ? new Uint8Array(0) : unpack(input, length))),
  ]),
);

/** Groups that hold no column, which have no values either: the library takes them for columns. */
export function withoutEmptyGroups(schema: FileMetaData["schema"]): FileMetaData["schema"] {
  let at = 0;
  const take = (): FileMetaData["schema"] => {
    const element = schema[at++];
    if (element === undefined) return [];
    if (element.type !== undefined) return [element];
    const children: FileMetaData["schema"] = [];
    let kept = 0;
    // Each turn takes an element of the schema, or it is at its end.
    for (let n = 0; n < (element.num_children ?? 0) && at < schema.length; n++) {
      const child = take();
      if (child.length > 0) kept++;
      children.push(...child);
    }
    return kept === 0 ? [] : [{ ...element, num_children: kept }, ...children];
  };
  const [root, ...rest] = take();
  // The root is no column: some writers say that it is repeated.
  return root ? [{ ...root, repetition_type: undefined }, ...rest] : schema;
}

interface OpenParquet {
  metadata: FileMetaData;
  columns: ParquetColumn[];
  file: CachedFile;
}

interface CachedFile extends AsyncBuffer {
  /** What reading the source itself threw: not the file's fault. */
  failure: unknown;
  /** Keeps [start, end) at hand until the next call. */
  keep(start: number, end: number): Promise<void>;
}

function cachedFile(source: ByteSource, size: number, signal?: AbortSignal): CachedFile {
  let kept: { start: number; end: number; bytes: ArrayBuffer } | null = null;
  const fetchRange = async (start: number, end: number): Promise<ArrayBuffer> => {
    signal?.throwIfAborted();
    if (!(start >= 0) || !(end >= start) || end > size) throw damagedParquet("it points behind its own end");
    try {
      const bytes = await readRange(source, start, end - start);
      return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
    } catch (error) {
      file.failure = error;
      throw error;
    }
  };
  const file: CachedFile = {
    byteLength: size,
    failure: null,
    slice(start, end = size) {
      if (kept !== null && start >= kept.start && end <= kept.end)
        return kept.bytes.slice(start - kept.start, end - kept.start);
      return fetchRange(start, end);
    },
    async keep(start, end) {
      kept = null;
      kept = { start, end, bytes: await fetchRange(start, end) };
    },
  };
  return file;
}

/** Errors: ReaderError damaged, refused, too_large, too_wide. */
async function openParquet(source: ByteSource, signal?: AbortSignal): Promise<OpenParquet> {
  const size = source.size ?? 0;
  const tail = size < 12 ? Buffer.alloc(0) : await readRange(source, size - 8, 8);
  const mark = tail.toString("latin1", 4, 8);
  if (mark === "PARE") {
    throw new ReaderError("refused", "the Parquet file is encrypted", "Write it without encryption.");
  }
  if (mark !== "PAR1") throw damagedParquet("its footer, which stands at the end, is missing");
  const footer = tail.readUInt32LE(0);
  if (footer > size - 12) throw damagedParquet("its footer is longer than the file");
  if (footer > MAX_FOOTER_BYTES) {
    throw new ReaderError(
      "too_large",
      `the Parquet file's footer has ${footer} bytes`,
      `Write it with fewer row groups or columns: at most ${MAX_FOOTER_BYTES} bytes are read.`,
    );
  }
  const file = cachedFile(source, size, signal);
  let metadata: FileMetaData;
  try {
    metadata = await parquetMetadataAsync(file, { geoparquet: false });
    metadata.schema = withoutEmptyGroups(metadata.schema);
    const top = parquetSchema(metadata).children;
    if (top.length === 0) throw damagedParquet("its footer names no column");
    if (top.length > MAX_COLUMNS) {
      throw new ReaderError(
        "too_wide",
        `the file has ${top.length} columns, more than ${MAX_COLUMNS}`,
        "Write it with fewer columns.",
      );
    }
    const columns = top.map((node) => columnOf(node.element, node.children.length > 0));
    return { metadata, columns, file };
  } catch (error) {
    throw told(error, file, "its footer cannot be read");
  }
}

function told(error: unknown, file: CachedFile, where: string): unknown {
  if (file.failure !== null) return file.failure;
  if (error instanceof ReaderError || (error instanceof Error && error.name === "AbortError")) return error;
  const detail = error instanceof Error ? error.message.slice(0, 160) : "";
  return damagedParquet(`${where}${detail === "" ? "" : ` (${detail})`}`, error);
}

function rangeOf(chunk: ColumnChunk): [number, number] {
  const meta = chunk.meta_data;
  if (chunk.crypto_metadata !== undefined || meta === undefined) {
    throw new ReaderError(
      "refused",
      "the Parquet file has encrypted columns",
      "Write it without encryption.",
    );
  }
  if (chunk.file_path) {
    throw new ReaderError(
      "refused",
      "the Parquet file refers to data in another file",
      "Write it with its data within.",
    );
  }
  const start = Number(meta.dictionary_page_offset || meta.data_page_offset);
  return [start, start + Number(meta.total_compressed_size)];
}

/** Fetches and checks a row group's chunks. Errors: ReaderError damaged, too_large, refused. */
async function checkGroup(
  { file, metadata }: OpenParquet,
  group: RowGroup,
  nested: ReadonlySet<string>,
  where: string,
): Promise<void> {
  const ranges = group.columns.map(rangeOf);
  const start = Math.min(...ranges.map((range) => range[0]));
  const end = Math.max(...ranges.map((range) => range[1]));
  if (end - start <= KEEP_BYTES) await file.keep(start, end);
  for (const [i, chunk] of group.columns.entries()) {
    const meta = chunk.meta_data!;
    const [from, to] = ranges[i]!;
    const at = `${where}, column ${meta.path_in_schema.join(".")}`;
    const unpacked = Number(meta.total_uncompressed_size);
    const isNested = nested.has(meta.path_in_schema[0]!);
    if (to - from > MAX_CHUNK_BYTES || (isNested && unpacked > MAX_NESTED_BYTES)) {
      throw new ReaderError(
        "too_large",
        `the Parquet file has ${Math.max(unpacked, to - from)} bytes in one piece (${at})`,
        "Write it with smaller row groups, for example 100,000 rows each.",
      );
    }
    const path = getSchemaPath(metadata.schema, meta.path_in_schema);
    const levels = { definition: getMaxDefinitionLevel(path), repetition: getMaxRepetitionLevel(path) };
    checkPages(await file.slice(from, to), meta, levels, COMPRESSORS, at);
  }
}

/** Reads a Parquet file's rows; see readRecords. A row's number stands for its line. */
export async function* readParquet(
  source: ByteSource,
  _dialect: Dialect,
  columns: readonly string[],
  options: ReadOptions = {},
): AsyncGenerator<ReaderRecord[]> {
  const open = await openParquet(source, options.signal);
  const { metadata, file } = open;
  const places = columns.map((name) => open.columns.findIndex((column) => column.name === name));
  const texts = places.map((at) => open.columns[at]?.text ?? (() => null));
  const nested = new Set(open.columns.filter((column) => !column.flat).map((column) => column.name));
  const only = options.onlyLines;
  const batcher = newBatcher(options);
  let first = 0;
  for (const [number, group] of metadata.row_groups.entries()) {
    const rows = Number(group.num_rows);
    const end = first + rows;
    const where = `row group ${number + 1}`;
    if (rows > 0 && (only === undefined || only.some((line) => line > first && line <= end))) {
      try {
        await checkGroup(open, group, nested, where);
      } catch (error) {
        throw told(error, file, where);
      }
      const step = stretch(group, rows, nested.size > 0);
      for (let at = first; at < end; at += step) {
        const to = Math.min(end, at + step);
        if (only !== undefined && !only.some((line) => line > at && line <= to)) continue;
        const found = await decode(open, at, to, where);
        for (const [i, row] of found.entries()) {
          const line = at + i + 1;
          if (!batcher.wants(line)) continue;
          batcher.add(recordOf(row, line, columns, places, texts, options.raw ?? true), columns.length * 16);
          if (batcher.full()) yield batcher.take();
        }
      }
    }
    first = end;
  }
  const rest = batcher.take();
  if (rest.length > 0) yield rest;
}

/** Rows to decode at a time. */
function stretch(group: RowGroup, rows: number, nested: boolean): number {
  if (nested) return rows;
  const bytes = Math.max(Number(group.total_byte_size), rows * group.columns.length * VALUE_BYTES);
  return Math.max(1000, Math.ceil(rows / Math.max(1, Math.ceil(bytes / STRETCH_BYTES))));
}

async function decode(open: OpenParquet, from: number, to: number, where: string): Promise<unknown[][]> {
  let rows: unknown[][] = [];
  try {
    await parquetRead({
      file: open.file,
      metadata: open.metadata,
      rowStart: from,
      rowEnd: to,
      compressors: COMPRESSORS,
      parsers: PARSERS,
      utf8: false,
      geoparquet: false,
      useOffsetIndex: true,
      onComplete: (found) => {
        rows = found;
      },
    });
  } catch (error) {
    throw told(error, open.file, where);
  }
  if (rows.length !== to - from) throw damagedParquet(`${where}: ${rows.length} rows, ${to - from} expected`);
  return rows;
}

function recordOf(
  row: unknown[],
  line: number,
  columns: readonly string[],
  places: readonly number[],
  texts: readonly ((value: unknown) => string | null)[],
  raw: boolean,
): ReaderRecord {
  const fields = new Array<string | null>(columns.length);
  let nul: string | null = null;
  for (let i = 0; i < columns.length; i++) {
    const value = texts[i]!(row[places[i]!]);
    if (value?.includes("\0")) nul = columns[i]!;
    fields[i] = value;
  }
  const record: ReaderRecord = { line, fields, raw: raw || nul !== null ? rawOf(columns, fields) : "" };
  if (nul !== null) record.problem = makeProblem("nul_byte", line, nul, record.raw);
  return record;
}

/** What a Parquet file holds, by its footer. Errors: ReaderError empty_file and those of reading. */
export async function inspectParquet(source: ByteSource, base: Dialect): Promise<Inspection> {
  const { metadata, columns } = await openParquet(source);
  const names = columns.map((column) => column.name);
  const dialect: Dialect = { ...base, format: "parquet", encoding: "utf-8", headerLines: 0 };
  // Row groups say it too, and are what is read.
  const rows = metadata.row_groups.reduce((sum, group) => sum + Number(group.num_rows), 0);
  if (rows === 0)
    throw new ReaderError("empty_file", "the Parquet file holds no row", "Upload a file with rows.");
  const codecs = new Set(
    metadata.row_groups.flatMap((group) => group.columns.map((c) => c.meta_data?.codec)),
  );
  const evidence = [
    `format parquet: the file begins and ends with PAR1; ${rows} rows in ${metadata.row_groups.length} row groups, ${[...codecs].join(", ")}`,
    `types as the file declares them: ${columns
      .slice(0, 50)
      .map((column) => `${column.name} ${column.declared}`)
      .join(", ")}`,
  ];
  const sample: (string | null)[][] = [];
  const problems = [];
  const lines = Array.from({ length: SAMPLE_RECORDS }, (_, i) => i + 1);
  for await (const batch of readParquet(source, dialect, names, { onlyLines: lines })) {
    for (const record of batch) {
      if (record.problem === undefined) sample.push(record.fields);
      else problems.push(record.problem);
    }
  }
  return {
    dialect,
    columns: names,
    plain: false,
    evidence,
    problems,
    sample,
    types: columns.map((column) => column.type),
  };
}
