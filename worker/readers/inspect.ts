/** Finds out how a file is written and what it holds. */

import { isBinary, type Magic, magicOf } from "./contents.ts";
import { detectDialect, detectTerminator } from "./detect.ts";
import { detectEncoding, type EncodingGuess } from "./encoding.ts";
import { detectPositions, inspectFixed } from "./fixed.ts";
import { columnNames, findLayout, type Layout } from "./header.ts";
import { inspectJson } from "./json.ts";
import { jsonColumns } from "./ndjson.ts";
import { inspectParquet } from "./parquet.ts";
import { makeProblem } from "./problems.ts";
import { readRecords } from "./records.ts";
import { mendRows, type SampleRow, sampleRows } from "./sample.ts";
import { readRange } from "./source.ts";
import { canonicalEncoding } from "./stream.ts";
import {
  type ByteSource,
  type Dialect,
  type Inspection,
  MAX_COLUMNS,
  ReaderError,
  type ReaderProblem,
  type ReaderRecord,
  SAMPLE_RECORDS,
} from "./types.ts";
import { inspectXlsx } from "./xlsx.ts";
import { refuseOffice } from "./xlsx-book.ts";
import { declaredEncoding, inspectXml, looksLikeXml } from "./xml.ts";

/** How much of a file's beginning detection sees. */
export const HEAD_BYTES = 1024 * 1024;
const LAYOUT_ROWS = 1000;
const JSON_LINES = 1000;
const MAX_FIXED_LINES = 2000;
const MAX_SAMPLE_PROBLEMS = 50;

const FOREIGN: Record<Exclude<Magic, "parquet" | "office">, string> = {
  gzip: "compressed with gzip",
  zstd: "compressed with zstd",
  zip: "a ZIP archive",
  bzip2: "compressed with bzip2",
  xz: "compressed with xz",
  "7z": "a 7-Zip archive",
  rar: "a RAR archive",
  tar: "a tar archive",
  pdf: "a PDF",
  sqlite: "an SQLite database",
  image: "an image",
};

/**
 * Detects format, dialect, header and columns of a source that openContents gave. What `overrides` sets is taken as it
 * is; the rest is detected around it. Reads at most HEAD_BYTES and, for the encoding, up to 64 MiB; of workbooks and
 * Parquet files what their directories ask for. Throws ReaderError: `empty_file` (no record at all),
 * `unsupported_format`, `unsupported_encoding`, `bad_dialect`, `too_wide`, `unreadable`, `damaged`, `too_large`,
 * `refused`, `needs_choice`.
 */
export async function inspect(source: ByteSource, overrides: Partial<Dialect> = {}): Promise<Inspection> {
  const head = await readRange(source, 0, HEAD_BYTES);
  if (head.length === 0) throw emptyFile();
  const magic = magicOf(head);
  if (magic !== null) return inspectBinary(source, magic, overrides);
  refuseWide(head);
  const guess = withDeclared(await detectEncoding(source, head), head);
  const encoding = canonicalEncoding(overrides.encoding ?? guess.encoding);
  if (!encoding.startsWith("utf-16") && isBinary(head)) throw notText();
  const whole = source.size !== null ? source.size <= head.length : head.length < HEAD_BYTES;
  const text = decodeHead(head, encoding, whole);
  if (text.trim() === "") throw emptyFile();
  const evidence = [overrides.encoding === undefined ? guess.evidence : `encoding ${encoding}: as declared`];
  const base: Dialect = {
    ...BASE,
    encoding,
    bom: guess.bom,
    recordTerminator: detectTerminator(text),
  };
  const fixed = fixedOf(overrides, encoding, base);
  const format = overrides.format ?? formatOf(text, whole, overrides);
  if (format === "parquet" || format === "xlsx") throw notOfFormat(format);
  if (format === "ndjson")
    return inspectLines(source, { ...base, ...fixed, format, headerLines: 0 }, evidence);
  if (format === "json") return inspectJson(source, { ...base, ...fixed }, overrides, evidence);
  if (format === "xml") return inspectXml(source, { ...base, ...fixed }, overrides, evidence);
  const placed = format === "fixed" || overrides.delimiter === undefined ? placesOf(text, overrides) : null;
  if (placed !== null) {
    const { lines, positions, evidence: why } = placed;
    return inspectFixed(lines, { ...base, ...fixed, format: "fixed", positions }, overrides, [
      ...evidence,
      why,
    ]);
  }
  const bytes = Buffer.from(text, "utf8");
  const detected = detectDialect(bytes, whole, base, fixed);
  evidence.push(...detected.evidence);
  return inspectCsv(source, bytes, whole, detected.dialect, detected.width, fixed, evidence);
}

const BASE: Dialect = {
  format: "csv",
  encoding: "utf-8",
  bom: false,
  delimiter: ",",
  quote: '"',
  escape: '"',
  recordTerminator: "\n",
  preambleLines: 0,
  headerLines: 1,
  footnoteLines: 0,
  skipInitialSpace: false,
  trailingDelimiter: false,
  shortRows: false,
};

async function inspectBinary(
  source: ByteSource,
  magic: Magic,
  overrides: Partial<Dialect>,
): Promise<Inspection> {
  if (magic === "parquet") return inspectParquet(source, BASE);
  if (magic === "zip") return inspectXlsx(source, BASE, overrides);
  if (magic === "office") return refuseOffice(source);
  throw new ReaderError(
    "unsupported_format",
    `the file is ${FOREIGN[magic]}`,
    "Upload it as CSV, JSON, XML, Parquet or xlsx, as it is or within gzip, zstd or ZIP.",
  );
}

function notText(): ReaderError {
  return new ReaderError(
    "unsupported_format",
    "the file is not text, nor of a format that is known here",
    "Upload it as CSV, JSON, XML, Parquet or xlsx, as it is or within gzip, zstd or ZIP.",
  );
}

function notOfFormat(format: string): ReaderError {
  return new ReaderError(
    "bad_dialect",
    `the file is declared as ${format}, and its first bytes say that it is not`,
    "Leave the format out: it is detected.",
  );
}

/** An XML file names its own encoding; a byte order mark is surer. */
function withDeclared(guess: EncodingGuess, head: Buffer): EncodingGuess {
  const declared = guess.bom ? null : declaredEncoding(head);
  if (declared === null || declared.startsWith("utf-16")) return guess;
  return { encoding: declared, bom: false, evidence: `encoding ${declared}: as the XML declaration says` };
}

/** json, ndjson or xml by their shape; null for text in lines. */
function formatOf(text: string, whole: boolean, overrides: Partial<Dialect>): Dialect["format"] | null {
  if (overrides.element !== undefined) return "xml";
  if (overrides.records !== undefined) return "json";
  if (overrides.positions !== undefined) return "fixed";
  if (looksLikeJson(text) && opensArray(text)) return "json";
  if (looksLikeJsonLines(text)) return whole && isDocument(text) ? "json" : "ndjson";
  if (looksLikeJson(text)) return "json";
  if (whole && overrides.delimiter === undefined && isBracketed(text)) return "json";
  return overrides.delimiter === undefined && looksLikeXml(text) ? "xml" : null;
}

/** One line in brackets is no table in any other format: it is JSON, and where it is damaged that can be said. */
const isBracketed = (text: string): boolean => {
  const line = text.replace(/^\ufeff/, "").trim();
  return /^[[{]/.test(line) && !/[\r\n]/.test(line);
};

/** An array that its first line opens and does not close. */
function opensArray(text: string): boolean {
  const line = text.trimStart().split("\n", 1)[0]!.trim();
  if (!line.startsWith("[")) return false;
  try {
    JSON.parse(line);
    return false;
  } catch {
    return true;
  }
}

/** How deep within objects an array of records is looked for: `{"data": {"items": [...]}}` is 2. */
const MAX_ENVELOPES = 4;

/** A single object on a single line is a document where it holds an array of objects, and a record elsewhere. */
function isDocument(text: string): boolean {
  if (text.trim().includes("\n")) return false;
  return holdsRecords(JSON.parse(text.trim().replace(/^\ufeff/, "")), MAX_ENVELOPES);
}

function holdsRecords(value: unknown, depth: number): boolean {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return Object.values(value).some((item) =>
    Array.isArray(item)
      ? item.length > 1 && item.every((one) => typeof one === "object" && one !== null)
      : depth > 1 && holdsRecords(item, depth - 1),
  );
}

/** Lines and their columns where they are of fixed width. */
function placesOf(
  text: string,
  overrides: Partial<Dialect>,
): { lines: string[]; positions: [number, number][]; evidence: string } | null {
  const declared = overrides.positions;
  if (overrides.format !== undefined && overrides.format !== "fixed") return null;
  const lines = text.split(/\r?\n/, MAX_FIXED_LINES);
  if (declared !== undefined)
    return { lines, positions: declared, evidence: `format fixed: ${declared.length} columns as declared` };
  const found = detectPositions(lines.slice(overrides.preambleLines ?? 0));
  if (found !== null) return { lines, ...found };
  if (overrides.format === undefined) return null;
  throw new ReaderError(
    "bad_dialect",
    "no columns of fixed width can be told from the lines",
    "Declare positions: [first character, character behind the last] per column, counted from 0.",
  );
}

/** Overrides made ready: undefined entries off, and a declared CRLF not insisted on (LF is always taken too). */
function fixedOf(overrides: Partial<Dialect>, encoding: string, base: Dialect): Partial<Dialect> {
  const set = Object.entries(overrides).filter(([, value]) => value !== undefined);
  const fixed: Partial<Dialect> = { ...Object.fromEntries(set), encoding };
  const crDeclared = fixed.recordTerminator === "\r" || fixed.recordTerminator === "mixed";
  if (fixed.recordTerminator !== undefined && !crDeclared) fixed.recordTerminator = base.recordTerminator;
  if (fixed.quote === null) fixed.escape = null;
  return fixed;
}

function emptyFile(): ReaderError {
  return new ReaderError(
    "empty_file",
    "the file holds no record",
    "Upload a file that has at least a header line.",
  );
}

function refuseWide(head: Buffer): void {
  const start = head.subarray(0, 4).toString("hex");
  if (start.startsWith("fffe0000") || start.startsWith("0000feff")) {
    throw new ReaderError("unsupported_encoding", "the file is written in UTF-32", "Save it as UTF-8.");
  }
}

/** The head as text, cut at its last line end where it is not the whole file. */
function decodeHead(head: Buffer, encoding: string, whole: boolean): string {
  const text = new TextDecoder(encoding).decode(head);
  if (whole) return text;
  const last = Math.max(text.lastIndexOf("\n"), text.lastIndexOf("\r"));
  return last > 0 ? text.slice(0, last + 1) : text;
}

function looksLikeJsonLines(text: string): boolean {
  const lines = text.split(/\r?\n/, 50).filter((line) => line.trim() !== "");
  const objects = lines.filter((line) => /^\s*\{.*\}\s*$/.test(line) && isJsonObject(line)).length;
  return objects > 0 && objects >= lines.length * 0.5;
}

function isJsonObject(line: string): boolean {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

function looksLikeJson(text: string): boolean {
  return /^\s*(?:\[\s*[[{]|\[\s*\]\s*$|\{\s*"(?:[^"\\]|\\.)*"\s*:)/.test(text);
}

async function inspectLines(source: ByteSource, dialect: Dialect, evidence: string[]): Promise<Inspection> {
  const { columns, objects, problems, rows } = await jsonColumns(source, dialect, JSON_LINES);
  if (objects === 0 && problems.length === 0) throw emptyFile();
  evidence.push(
    `format ndjson: ${objects} lines looked at are JSON objects, with ${columns.length} fields in all`,
  );
  const sample = rows.slice(0, SAMPLE_RECORDS).map((row) => row.fields);
  return { dialect, columns, plain: false, evidence, problems, sample };
}

async function inspectCsv(
  source: ByteSource,
  bytes: Buffer,
  whole: boolean,
  detected: Dialect,
  width: number,
  fixed: Partial<Dialect>,
  evidence: string[],
): Promise<Inspection> {
  const all = mendRows(sampleRows(bytes, detected, whole, LAYOUT_ROWS), detected, width);
  const skipped = fixed.preambleLines;
  const rows = skipped === undefined ? all : all.filter((row) => row.line > skipped);
  if (rows.length === 0) throw emptyFile();
  const layout = layoutOf(rows, width, fixed);
  const dialect: Dialect = {
    ...detected,
    preambleLines: skipped ?? (rows[layout.first]?.line ?? 1) - 1,
    headerLines: fixed.headerLines ?? layout.headerLines,
    trailingDelimiter: fixed.trailingDelimiter ?? layout.trailingDelimiter,
    shortRows: fixed.shortRows ?? layout.shortRows,
    footnoteLines: fixed.footnoteLines ?? (whole ? footnotes(rows, layout.columns.length) : 0),
  };
  evidence.push(...layout.evidence);
  if (dialect.footnoteLines > 0) evidence.push(`${dialect.footnoteLines} footnote lines at the end`);
  if (layout.columns.length > MAX_COLUMNS) {
    const message = makeProblem("wide_file", 0, null, "", {
      found: layout.columns.length,
      expected: MAX_COLUMNS,
    });
    throw new ReaderError("too_wide", message.message, message.remedy);
  }
  const { sample, problems } = await readSample(source, dialect, layout.columns);
  return { dialect, columns: layout.columns, plain: isPlain(dialect), evidence, problems, sample };
}

/** The layout, with what was declared of it put in the place of what was found. */
function layoutOf(rows: readonly SampleRow[], width: number, fixed: Partial<Dialect>): Layout {
  const layout = findLayout(rows, width);
  if (fixed.headerLines === undefined && fixed.preambleLines === undefined) return layout;
  const first = fixed.preambleLines === undefined ? layout.first : 0;
  const headerLines = fixed.headerLines ?? layout.headerLines;
  const headers = rows.slice(first, first + headerLines);
  const evidence = ["preamble and header lines as declared"];
  if (headerLines === layout.headerLines && first === layout.first) return { ...layout, evidence };
  // The declared header says how wide the table is where the records are not wider.
  const wide = Math.max(width, ...headers.filter((row) => !row.broken).map((row) => row.values.length));
  return {
    ...layout,
    first,
    headerLines,
    columns: columnNames(headers, wide),
    shortRows: wide > width,
    evidence,
  };
}

/** Lines at the end that are too narrow to be records, after a table that is otherwise even. */
function footnotes(rows: readonly SampleRow[], width: number): number {
  if (width < 3) return 0;
  let at = rows.length;
  while (at > 1 && rows.length - at < 20 && isFootnote(rows[at - 1]!)) at--;
  const notes = rows.length - at;
  // Blank lines between notes are no lines of their own for the reader; count those with text only.
  return notes > 0 && rows[at - 1]!.values.length >= width ? notes : 0;
}

function isFootnote(row: SampleRow): boolean {
  const filled = row.values.filter((value) => (value ?? "").trim() !== "").length;
  return row.values.length === 1 && filled === 1;
}

/** Whether COPY (FORMAT csv) reads the dialect as this reader does. */
export function isPlain(dialect: Dialect): boolean {
  const { format, encoding, bom, delimiter, quote, recordTerminator, preambleLines } = dialect;
  return (
    format === "csv" &&
    encoding === "utf-8" &&
    !bom &&
    /^[\t\x20-\x7e]$/.test(delimiter) &&
    (quote === null || quote === '"') &&
    dialect.escape === quote &&
    (recordTerminator === "\n" || recordTerminator === "\r\n") &&
    preambleLines === 0 &&
    dialect.headerLines <= 1 &&
    dialect.footnoteLines === 0 &&
    !dialect.skipInitialSpace &&
    !dialect.trailingDelimiter &&
    !dialect.shortRows &&
    dialect.valueFormats === undefined
  );
}

/** The first records and the problems among them. */
async function readSample(
  source: ByteSource,
  dialect: Dialect,
  columns: readonly string[],
): Promise<{ sample: (string | null)[][]; problems: ReaderProblem[] }> {
  const sample: (string | null)[][] = [];
  const problems: ReaderProblem[] = [];
  for await (const batch of readRecords(source, dialect, columns)) {
    for (const record of batch) keepSample(record, sample, problems);
    if (sample.length >= SAMPLE_RECORDS || problems.length >= MAX_SAMPLE_PROBLEMS) break;
  }
  return { sample, problems };
}

function keepSample(record: ReaderRecord, sample: (string | null)[][], problems: ReaderProblem[]): void {
  if (record.problem === undefined) {
    if (sample.length < SAMPLE_RECORDS) sample.push(record.fields);
  } else if (problems.length < MAX_SAMPLE_PROBLEMS) problems.push(record.problem);
}
