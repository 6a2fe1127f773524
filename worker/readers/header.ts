/** Where the table begins: preamble, header records, footnotes, and the names of the columns. */
import { type CellKind, cellKind, isNullWord } from "./kinds.ts";
import type { SampleRow } from "./sample.ts";

/** A header may take this many records. */
export const MAX_HEADER_RECORDS = 12;
const STRONG: ReadonlySet<CellKind> = new Set(["number", "date", "time", "link"]);
const LOOK_ROWS = 200;

export interface Layout {
  /** Index of the first header (or data) row among the sample's rows. */
  first: number;
  headerLines: number;
  columns: string[];
  trailingDelimiter: boolean;
  shortRows: boolean;
  evidence: string[];
}

const cells = (row: SampleRow): string[] => row.values.map((value) => (value ?? "").trim());
const filledCount = (row: SampleRow): number => cells(row).filter((cell) => cell !== "").length;

/** The kind that a column's values have; null where they have none in common. */
function columnKinds(rows: readonly SampleRow[], width: number): (CellKind | null)[] {
  const kinds: (CellKind | null)[] = [];
  for (let column = 0; column < width; column++) {
    const counts = new Map<CellKind, number>();
    let seen = 0;
    for (const row of rows) {
      const cell = (row.values[column] ?? "").trim();
      if (cell === "" || isNullWord(cell)) continue;
      const kind = cellKind(cell);
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
      seen++;
    }
    const [best] = [...counts].sort((a, b) => b[1] - a[1]);
    kinds.push(best !== undefined && STRONG.has(best[0]) && best[1] >= seen * 0.8 ? best[0] : null);
  }
  return kinds;
}

/** How many cells of a row have, and how many break, the kind of their column. */
function compare(
  row: SampleRow,
  kinds: readonly (CellKind | null)[],
): { like: number; unlike: number; absent: number } {
  let like = 0;
  let unlike = 0;
  let absent = 0;
  for (const [column, kind] of kinds.entries()) {
    if (kind === null) continue;
    const cell = (row.values[column] ?? "").trim();
    if (cell === "" || isNullWord(cell)) absent++;
    else if (cellKind(cell) === kind) like++;
    else unlike++;
  }
  return { like, unlike, absent };
}

/** Finds the layout of the sample's rows, most of which have `width` fields. */
export function findLayout(rows: readonly SampleRow[], width: number): Layout {
  const evidence: string[] = [];
  let first = firstTableRow(rows, width);
  const body = rows.slice(first).filter((row) => row.values.length === width);
  const kinds = columnKinds(body.slice(1, LOOK_ROWS), width);
  // A header that is shorter or longer than its data stands where the preamble ends.
  const before = rows[first - 1];
  const odd =
    before !== undefined && first < rows.length ? oddHeader(before, first, body, kinds, width) : null;
  let headerLines: number;
  let columns: string[];
  if (odd !== null && before !== undefined) {
    first--;
    headerLines = 1;
    const own = odd === "row_names" ? ["", ...cells(before)] : cells(before);
    columns = namesOf(
      [own],
      odd === "trailing" ? width - 1 : Math.max(width, odd === "wide" ? own.length : 0),
    );
    evidence.push(`1 header line, with ${before.values.length} fields where the records have ${width}`);
  } else {
    headerLines = headerRecords(body, kinds);
    columns = columnNames(body.slice(0, headerLines), width);
    evidence.push(headerEvidence(headerLines, kinds, body));
  }
  if (first > 0)
    evidence.push(`${(rows[first]?.line ?? 1) - 1} preamble lines: they are no records of ${width} fields`);
  if (odd === "trailing") evidence.push("every record ends with a delimiter that starts no further field");
  if (odd === "wide") evidence.push("records leave out their last fields: these are taken as empty");
  return {
    first,
    headerLines,
    columns,
    trailingDelimiter: odd === "trailing",
    shortRows: odd === "wide",
    evidence,
  };
}

function headerEvidence(
  headerLines: number,
  kinds: readonly (CellKind | null)[],
  body: readonly SampleRow[],
): string {
  const typed = kinds.filter((kind) => kind !== null).length;
  if (headerLines === 0) {
    const { like } = compare(
      body[0] ?? { line: 0, values: [], broken: false, quotedFields: 0, strayQuote: false, raw: null },
      kinds,
    );
    return like > 0
      ? `no header: the first record has values like the others in ${like} columns`
      : "no header: the first record does not look like names";
  }
  const what = headerLines === 1 ? "1 header line" : `${headerLines} header lines`;
  return typed > 0
    ? `${what}: text above ${typed} columns of numbers, dates, times or links`
    : `${what}: distinct names that do not come again below`;
}

/** The first row that has the table's width and enough filled cells to be a header or a record of it. */
function firstTableRow(rows: readonly SampleRow[], width: number): number {
  if (width === 1) return 0;
  const table = rows.filter((row) => row.values.length === width).slice(0, LOOK_ROWS);
  const filled = table
    .map(filledCount)
    .filter((count) => count > 0)
    .sort((a, b) => a - b);
  const median = filled[Math.floor(filled.length / 2)] ?? width;
  // A title in a padded row fills one cell; a header fills most of them.
  const enough = Math.max(2, Math.ceil(median * 0.4));
  const atLeast = (least: number): number =>
    Math.max(
      0,
      rows.findIndex((row) => row.values.length === width && filledCount(row) >= least),
    );
  const index = atLeast(enough);
  if (width > 2) return index;
  // Of two cells one may well be empty in a record: only a header below proves that it was a title.
  const body = rows.slice(index).filter((row) => row.values.length === width);
  const kinds = columnKinds(body.slice(1, LOOK_ROWS), width);
  return headerRecords(body, kinds) > 0 ? index : atLeast(0);
}

type Odd = "row_names" | "trailing" | "wide";

/** How a row just above the records of `width` fields can be their header although it has another width. */
function oddHeader(
  row: SampleRow,
  first: number,
  body: readonly SampleRow[],
  kinds: readonly (CellKind | null)[],
  width: number,
): Odd | null {
  const names = cells(row);
  const filled = names.filter((name) => name !== "");
  const size = names.length;
  if (size < 2 || filled.length < size - 1 || headerRecords(body, kinds) > 0) return null;
  if (filled.some((name) => STRONG.has(cellKind(name)))) return null;
  const distinct = new Set(filled).size === filled.length;
  const typed = kinds.some((kind) => kind !== null);
  if (size === width - 1 && (distinct || (typed && first === 1))) {
    // One name too few: either records end with a delimiter, or they begin with a row name.
    return body.every((one) => one.values[width - 1] === null) ? "trailing" : "row_names";
  }
  // Longer than the records: they leave out their last fields. A preamble line of text would be shorter.
  return size > width && first === 1 && width > 2 ? "wide" : null;
}

/** Number of header records at the top of `body`. */
function headerRecords(body: readonly SampleRow[], kinds: readonly (CellKind | null)[]): number {
  const typed = kinds.filter((kind) => kind !== null).length;
  const top = body[0];
  if (top === undefined || !isHeader(top, body, kinds, typed)) return 0;
  let found = 1;
  if (typed < 2 && kinds.length > 1) return found;
  // Further header records: nothing in a typed column is of its type, and most of those cells are filled.
  while (found < Math.min(MAX_HEADER_RECORDS, body.length - 1)) {
    const { like, unlike } = compare(body[found]!, kinds);
    if (like > 0 || unlike < Math.max(1, typed * 0.5)) break;
    found++;
  }
  return found;
}

function isHeader(
  top: SampleRow,
  body: readonly SampleRow[],
  kinds: readonly (CellKind | null)[],
  typed: number,
): boolean {
  const names = cells(top);
  const filled = names.filter((name) => name !== "");
  if (filled.length === 0) return false;
  const values = filled.filter((name) => ["number", "date", "time", "link"].includes(cellKind(name))).length;
  if (body.length === 1) return values === 0;
  if (typed > 0) {
    const { like, unlike } = compare(top, kinds);
    if (unlike > 0 && unlike >= like * 2) return true;
    if (like > 0) return isSeries(names, kinds, body);
  }
  // Nothing but text below: names are distinct, mostly filled and do not come again in their columns.
  if (values > filled.length * 0.3 || new Set(filled).size < filled.length) return false;
  const rest = body.slice(1, LOOK_ROWS);
  // Columns without any value need no name.
  const used = names.filter(
    (name, column) => name !== "" || rest.some((row) => (row.values[column] ?? "").trim() !== ""),
  );
  if (filled.length < used.length * 0.6) return false;
  const again = names.filter(
    (name, column) => name !== "" && rest.some((row) => (row.values[column] ?? "").trim() === name),
  );
  // The whole header once more is a second table or joined files; single values that return are data.
  return again.length === 0 || again.length === filled.length;
}

/** Years or numbered columns as headers above numbers: a rising series beside at least one name. */
function isSeries(
  names: readonly string[],
  kinds: readonly (CellKind | null)[],
  body: readonly SampleRow[],
): boolean {
  const numbersOf = (row: readonly string[]): number[] =>
    row.filter((cell, column) => kinds[column] !== null && cell !== "").map(Number);
  const words = names.filter((name, column) => kinds[column] === null && name !== "");
  const numbers = numbersOf(names);
  const years = numbers.every((number) => number >= 1800 && number <= 2200);
  return (
    words.length > 0 &&
    numbers.length >= (years ? 2 : 3) &&
    isRising(numbers) &&
    !isRising(numbersOf(body[1] ? cells(body[1]) : []))
  );
}

/** Whole numbers that go up or down by the same step; dates and other values are none. */
function isRising(numbers: readonly number[]): boolean {
  const step = (numbers[1] ?? 0) - (numbers[0] ?? 0);
  return (
    step !== 0 &&
    numbers.every((number, k) => Number.isInteger(number) && (k === 0 || number - numbers[k - 1]! === step))
  );
}

/** Names per column: header records joined with a space, column_N where there are none. */
export function columnNames(headers: readonly SampleRow[], width: number): string[] {
  return namesOf(headers.map(cells), width);
}

function namesOf(headers: readonly (readonly string[])[], width: number): string[] {
  const names: string[] = [];
  for (let column = 0; column < width; column++) {
    const parts = headers
      .map((row, level) => row[column] || spanned(headers, level, column))
      .filter((part) => part !== "");
    names.push(parts.join(" ") || `column_${column + 1}`);
  }
  return names;
}

/** A name that spans several columns stands in the first of them only: what has a name below it takes it over. */
function spanned(headers: readonly (readonly string[])[], level: number, column: number): string {
  if (!headers.slice(level + 1).some((row) => (row[column] ?? "") !== "")) return "";
  const row = headers[level]!;
  let from = Math.min(column, row.length) - 1;
  while (from >= 0 && row[from] === "") from--;
  // It reaches only over columns that have names of their own below, as the first one has.
  return from >= 0 && headers.slice(level + 1).some((below) => (below[from] ?? "") !== "") ? row[from]! : "";
}
