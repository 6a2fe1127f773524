/** Excel workbooks (xlsx): one sheet's rows, streamed. Formulas give the value they had when the file was saved. */
import { newBatcher, rawOf } from "./batches.ts";
import { findLayout } from "./header.ts";
import { makeProblem } from "./problems.ts";
import { pulled } from "./pulled.ts";
import type { SampleRow } from "./sample.ts";
import type { TextStore } from "./text-store.ts";
import {
  type ByteSource,
  type Dialect,
  type Inspection,
  MAX_COLUMNS,
  ReaderError,
  type ReaderProblem,
  type ReaderRecord,
  type ReadOptions,
  SAMPLE_RECORDS,
} from "./types.ts";
import { local, openWorkbook, readPart, readTexts, type Sheet, type Workbook } from "./xlsx-book.ts";
import { serialText } from "./xlsx-styles.ts";

const LAYOUT_ROWS = 1000;
/** Excel's own bounds. */
const MAX_SHEET_COLUMNS = 16_384;
const MAX_SHEET_ROWS = 1_048_576;
const MAX_NAMED = 10;

interface SheetRow {
  /** As the sheet numbers it, from 1. */
  number: number;
  cells: (string | null)[];
}

interface Cell {
  column: number;
  type: string;
  style: number;
  value: string;
  /** Shared texts' places in `value` are looked up later. */
  inline: string;
}

/** 0-based column of a reference such as AB12; -1 where it is none. */
function columnOf(reference: string): number {
  let column = 0;
  let at = 0;
  for (; at < reference.length && at < 4; at++) {
    const letter = reference.charCodeAt(at) & ~32;
    if (letter < 65 || letter > 90) break;
    column = column * 26 + letter - 64;
  }
  return at === 0 ? -1 : column - 1;
}

function damagedSheet(sheet: Sheet, why: string): ReaderError {
  return new ReaderError(
    "damaged",
    `the sheet ${JSON.stringify(sheet.name)} is damaged: ${why}`,
    "Open the workbook in Excel, save it anew and upload that.",
  );
}

/** A cell's value as text; null for an empty one. Shared texts are fetched by the caller. */
function cellText(book: Workbook, cell: Cell): string | null {
  const { type, value } = cell;
  if (type === "inlineStr") return cell.inline === "" ? null : cell.inline;
  if (value === "") return null;
  if (type === "b") return value === "1" ? "true" : "false";
  if (type === "str" || type === "e" || type === "d") return value;
  const number = Number(value);
  const kind = book.dates[cell.style] ?? null;
  const date = kind === null ? null : serialText(number, kind, book.since1904);
  if (date !== null) return date;
  // Numbers are stored with 17 digits: the shortest text of the same number is what people see.
  return Number.isFinite(number) ? String(number) : value;
}

interface RowSink {
  rows: { row: SheetRow; shared: { column: number; index: number }[] }[];
}

/** Events of a sheet's part to rows. Blank rows are left out. */
function sheetHandler(book: Workbook, sheet: Sheet, out: RowSink) {
  let row: SheetRow = { number: 0, cells: [] };
  let shared: { column: number; index: number }[] = [];
  let cell: Cell | null = null;
  let column = -1;
  let into: "value" | "inline" | null = null;
  let phonetic = 0;
  const openCell = (attributes: Record<string, string>): void => {
    const named = attributes.r === undefined ? -1 : columnOf(attributes.r);
    column = named >= 0 ? named : column + 1;
    if (column >= MAX_SHEET_COLUMNS)
      throw damagedSheet(sheet, `row ${row.number} has a cell beyond column XFD`);
    cell = { column, type: attributes.t ?? "n", style: Number(attributes.s ?? 0), value: "", inline: "" };
  };
  const closeCell = (): void => {
    if (cell === null) return;
    let text: string | null;
    if (cell.type === "s" && cell.value !== "") {
      shared.push({ column: cell.column, index: Number(cell.value) });
      text = "";
    } else text = cellText(book, cell);
    if (text !== null) {
      while (row.cells.length < cell.column) row.cells.push(null);
      row.cells[cell.column] = text;
    }
    cell = null;
  };
  return {
    open: (name: string, attributes: Record<string, string>): void => {
      const kind = local(name);
      if (kind === "c") openCell(attributes);
      else if (kind === "v") into = "value";
      else if (kind === "t") into = phonetic === 0 ? "inline" : null;
      else if (kind === "rPh") phonetic++;
      else if (kind === "row") {
        const number = attributes.r === undefined ? row.number + 1 : Number(attributes.r);
        if (!(number > row.number) || number > MAX_SHEET_ROWS)
          throw damagedSheet(sheet, `row ${number} comes after row ${row.number}`);
        row = { number, cells: [] };
        shared = [];
        column = -1;
      }
    },
    close: (name: string): void => {
      const kind = local(name);
      if (kind === "c") closeCell();
      else if (kind === "v" || kind === "t") into = null;
      else if (kind === "rPh") phonetic--;
      else if (kind === "row" && row.cells.length > 0) out.rows.push({ row, shared });
    },
    text: (piece: string): void => {
      if (cell !== null && into !== null) cell[into] += piece;
    },
  };
}

/** A sheet's rows with content, in batches. */
function sheetRows(book: Workbook, sheet: Sheet, texts: TextStore): AsyncGenerator<SheetRow[]> {
  return pulled<SheetRow[]>(async (sink) => {
    const out: RowSink = { rows: [] };
    const hand = async (): Promise<void> => {
      if (out.rows.length === 0) return;
      const ready = out.rows;
      out.rows = [];
      for (const { row, shared } of ready) {
        for (const { column, index } of shared) {
          const found = texts.get(index);
          const text = found instanceof Promise ? await found : found;
          if (text === null)
            throw damagedSheet(sheet, `row ${row.number} refers to text ${index}, which is not there`);
          row.cells[column] = text;
        }
      }
      await sink(ready.map(({ row }) => row));
    };
    await readPart(book.source, sheet.entry, sheetHandler(book, sheet, out), hand);
    await hand();
  });
}

function filled(cells: readonly (string | null)[]): boolean {
  return cells.some((cell) => cell !== null && cell.trim() !== "");
}

async function firstRows(book: Workbook, sheet: Sheet, texts: TextStore, limit: number): Promise<SheetRow[]> {
  const rows: SheetRow[] = [];
  for await (const batch of sheetRows(book, sheet, texts)) {
    for (const row of batch) if (filled(row.cells)) rows.push(row);
    if (rows.length >= limit) break;
  }
  return rows.slice(0, limit);
}

function sheetNames(book: Workbook): string {
  const names = book.sheets.map((sheet) => JSON.stringify(sheet.name));
  return (
    names.slice(0, MAX_NAMED).join(", ") +
    (names.length > MAX_NAMED ? ` and ${names.length - MAX_NAMED} more` : "")
  );
}

function namedSheet(book: Workbook, name: string): Sheet {
  const wanted = name.trim().toLowerCase();
  const found =
    book.sheets.find((sheet) => sheet.name === name) ??
    book.sheets.find((sheet) => sheet.name.trim().toLowerCase() === wanted);
  if (found !== undefined) return found;
  throw new ReaderError(
    "needs_choice",
    `the workbook has no sheet ${JSON.stringify(name.slice(0, 100))}`,
    `Its sheets are ${sheetNames(book)}.`,
  );
}

/** The declared sheet, else the first visible one with cells, else the first hidden one. */
async function chooseSheet(
  book: Workbook,
  texts: TextStore,
  wanted: string | undefined,
): Promise<{ sheet: Sheet; rows: SheetRow[]; evidence: string }> {
  const order =
    wanted === undefined
      ? [...book.sheets.filter((one) => one.visible), ...book.sheets.filter((one) => !one.visible)]
      : [namedSheet(book, wanted)];
  for (const sheet of order) {
    const rows = await firstRows(book, sheet, texts, LAYOUT_ROWS);
    if (rows.length === 0) continue;
    const why = wanted === undefined ? "the first with content" : "as declared";
    const shown = `sheet ${JSON.stringify(sheet.name)}: ${why}, of ${book.sheets.length} (${sheetNames(book)})`;
    return { sheet, rows, evidence: shown };
  }
  throw new ReaderError(
    "empty_file",
    wanted === undefined
      ? "no sheet of the workbook has content"
      : `the sheet ${JSON.stringify(wanted)} is empty`,
    wanted === undefined ? "Upload a workbook with a table." : `Its sheets are ${sheetNames(book)}.`,
  );
}

/** Last column with content, exclusive. */
function widthOf(cells: readonly (string | null)[]): number {
  for (let at = cells.length; at > 0; at--) if ((cells[at - 1] ?? "").trim() !== "") return at;
  return 0;
}

/** Left out on the left: columns without content in any row but, at most, titles of one cell. */
function firstColumnOf(rows: readonly SheetRow[]): number {
  const counts = rows.filter((row) => row.cells.filter((cell) => cell !== null).length > 1);
  const table = counts.length > 0 ? counts : rows;
  return Math.min(
    ...table.map((row) =>
      Math.max(
        0,
        row.cells.findIndex((cell) => (cell ?? "").trim() !== ""),
      ),
    ),
  );
}

function samplesOf(rows: readonly SheetRow[], from: number, width: number): SampleRow[] {
  return rows.map(({ number, cells }) => ({
    line: number,
    values: Array.from({ length: width }, (_, i) => cells[from + i] ?? null),
    broken: false,
    quotedFields: 0,
    strayQuote: false,
    raw: null,
  }));
}

/** Finds sheet, header and columns. Errors: ReaderError, as of openWorkbook; empty_file, needs_choice, too_wide. */
export async function inspectXlsx(
  source: ByteSource,
  base: Dialect,
  overrides: Partial<Dialect>,
): Promise<Inspection> {
  const book = await openWorkbook(source);
  const texts = await readTexts(book);
  try {
    const { sheet, rows: all, evidence } = await chooseSheet(book, texts, overrides.sheet);
    const skipped = overrides.preambleLines;
    const rows = skipped === undefined ? all : all.filter((row) => row.number > skipped);
    if (rows.length === 0)
      throw new ReaderError(
        "empty_file",
        "no row is left below the preamble",
        "Declare fewer preamble lines.",
      );
    const from = firstColumnOf(rows);
    const width = Math.max(...rows.map((row) => widthOf(row.cells))) - from;
    if (width > MAX_COLUMNS) {
      throw new ReaderError(
        "too_wide",
        `the sheet has ${width} columns, more than ${MAX_COLUMNS}`,
        "Delete what stands far to the right of the table, or split the sheet.",
      );
    }
    const samples = samplesOf(rows, from, width);
    const layout = findLayout(samples, width);
    const first = skipped === undefined ? layout.first : 0;
    const headerLines = overrides.headerLines ?? layout.headerLines;
    const declared = overrides.headerLines !== undefined || skipped !== undefined;
    const columns = declared ? columnsOf(samples, first, headerLines, width) : layout.columns;
    const dialect: Dialect = {
      ...base,
      format: "xlsx",
      encoding: "utf-8",
      sheet: sheet.name,
      positions: [[from, from + width]],
      preambleLines: skipped ?? samples[first]!.line - 1,
      headerLines,
    };
    const found = [
      "format xlsx: a ZIP archive with a workbook in it",
      evidence,
      ...(declared ? ["preamble and header lines as declared"] : layout.evidence),
      ...(book.since1904 ? ["dates count from 1904, as the workbook says"] : []),
    ];
    const body = samples.slice(first + headerLines, first + headerLines + SAMPLE_RECORDS);
    const sample = body.map((row) => row.values);
    return { dialect, columns, plain: false, evidence: found, problems: [], sample };
  } finally {
    await texts.close();
  }
}

function columnsOf(
  samples: readonly SampleRow[],
  first: number,
  headerLines: number,
  width: number,
): string[] {
  const headers = samples.slice(first, first + headerLines);
  return Array.from({ length: width }, (_, i) => {
    const parts = headers.map((row) => (row.values[i] ?? "").trim()).filter((part) => part !== "");
    return parts.join(" ") || `column_${i + 1}`;
  });
}

/** Reads a sheet's rows below the header; see readRecords. A row's own number stands for its line. */
export async function* readXlsx(
  source: ByteSource,
  dialect: Dialect,
  columns: readonly string[],
  options: ReadOptions = {},
): AsyncGenerator<ReaderRecord[]> {
  const book = await openWorkbook(source);
  const sheet = dialect.sheet === undefined ? book.sheets[0]! : namedSheet(book, dialect.sheet);
  const texts = await readTexts(book);
  try {
    const from = dialect.positions?.[0]?.[0] ?? 0;
    const batcher = newBatcher(options);
    let headers = dialect.headerLines;
    for await (const batch of sheetRows(book, sheet, texts)) {
      options.signal?.throwIfAborted();
      for (const { number, cells } of batch) {
        if (number <= dialect.preambleLines || !filled(cells)) continue;
        if (headers > 0) {
          headers--;
          continue;
        }
        if (!batcher.wants(number)) continue;
        const record = recordOf(number, cells.slice(from), columns, options.raw ?? true);
        batcher.add(record, record.raw.length + columns.length * 16);
        if (batcher.full()) yield batcher.take();
      }
      if (batcher.done()) break;
    }
    const rest = batcher.take();
    if (rest.length > 0) yield rest;
  } finally {
    await texts.close();
  }
}

function recordOf(
  line: number,
  cells: readonly (string | null)[],
  columns: readonly string[],
  raw: boolean,
): ReaderRecord {
  const fields = columns.map((_, i) => cells[i] ?? null);
  const width = widthOf(cells);
  const nul = fields.findIndex((field) => field?.includes("\0"));
  const bad = width > columns.length || nul >= 0;
  const shown = raw || bad ? rawOf(columns, fields) : "";
  const record: ReaderRecord = { line, fields, raw: shown };
  const problem: ReaderProblem | null =
    width > columns.length
      ? makeProblem("ragged_row", line, null, shown, { expected: columns.length, found: width })
      : nul >= 0
        ? makeProblem("nul_byte", line, columns[nul]!, shown)
        : null;
  if (problem !== null) record.problem = problem;
  return record;
}
