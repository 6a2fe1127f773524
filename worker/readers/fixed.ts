/** Fixed width: columns at the same characters of every line, declared or found from the gaps that all lines share. */
import { newBatcher } from "./batches.ts";
import { columnNames, findLayout } from "./header.ts";
import { linesOf } from "./ndjson.ts";
import { cutRaw, makeProblem, rawText } from "./problems.ts";
import type { SampleRow } from "./sample.ts";
import { openUtf8 } from "./stream.ts";
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

export type Positions = [number, number][];

const LOOK_LINES = 1000;
/** Fewer lines share gaps by chance. */
const MIN_LINES = 5;
const MAX_WIDTH = 32_768;
/** Where the last column of lines of different lengths ends. */
const OPEN_END = 1_000_000;

/** Columns by gaps, or null where the lines are not of fixed width. Lines are those of the file's head. */
export function detectPositions(lines: readonly string[]): { positions: Positions; evidence: string } | null {
  const looked = lines.filter((line) => line.trim() !== "").slice(0, LOOK_LINES);
  const longest = Math.max(0, ...looked.map((line) => line.trimEnd().length));
  if (looked.length < MIN_LINES || longest > MAX_WIDTH || looked.some((line) => line.includes("\t")))
    return null;
  if (isDelimited(looked)) return null;
  const filled = new Uint32Array(longest);
  for (const line of looked)
    for (let i = 0; i < line.length && i < longest; i++) if (line.charCodeAt(i) !== 32) filled[i]!++;
  const runs: Positions = [];
  for (let i = 0; i < longest; i++) {
    if (filled[i] === 0) continue;
    const last = runs.at(-1);
    if (last !== undefined && last[1] === i) last[1] = i + 1;
    else runs.push([i, i + 1]);
  }
  if (runs.length < 2 || runs.length > MAX_COLUMNS) return null;
  // Single spaces everywhere are a delimiter; padding shows as runs of them in most lines.
  const padded = looked.filter((line) => / {2,}\S/.test(line.trimStart())).length;
  if (padded < looked.length * 0.5) return null;
  // Each column has a value in most lines, or the gaps are those of running text.
  const dense = runs.every(([from, to]) => {
    const hit = looked.filter((line) => line.slice(from, to).trim() !== "").length;
    return hit >= looked.length * 0.3;
  });
  if (!dense) return null;
  const even = looked.every((line) => line.length === looked[0]!.length);
  const positions = widen(runs, looked, even ? looked[0]!.length : OPEN_END);
  return {
    positions,
    evidence: `format fixed: ${looked.length} lines share ${runs.length - 1} gaps of spaces and have no delimiter; columns begin at characters ${runs
      .slice(0, 30)
      .map(([from]) => from + 1)
      .join(", ")}`,
  };
}

/** The same number of some delimiter in nearly all lines. */
function isDelimited(lines: readonly string[]): boolean {
  return [",", ";", "|", "~", "^"].some((delimiter) => {
    const counts = new Map<number, number>();
    for (const line of lines) {
      const count = line.split(delimiter).length - 1;
      counts.set(count, (counts.get(count) ?? 0) + 1);
    }
    return [...counts].some(([count, times]) => count > 0 && times >= lines.length * 0.7);
  });
}

/** Gaps belong to columns too: longer values than those seen grow to the right in texts, to the left in numbers. */
function widen(runs: Positions, lines: readonly string[], end: number): Positions {
  const right = runs.map(([from, to]) => {
    const values = lines.map((line) => line.slice(from, to)).filter((value) => value.trim() !== "");
    const atEnd = values.filter((value) => value.length === to - from && !value.endsWith(" ")).length;
    const atStart = values.filter((value) => !value.startsWith(" ")).length;
    return atEnd > atStart;
  });
  return runs.map(([from, to], i) => {
    const start = i === 0 ? 0 : cut(runs[i - 1]!, [from, to], right[i - 1]!, right[i]!);
    const next = runs[i + 1];
    return [start, next === undefined ? end : cut([from, to], next, right[i]!, right[i + 1]!)];
  });
}

function cut(
  before: [number, number],
  after: [number, number],
  beforeRight: boolean,
  afterRight: boolean,
): number {
  if (!afterRight) return after[0];
  if (beforeRight) return before[1];
  return before[1] + Math.ceil((after[0] - before[1]) / 2);
}

/** Errors: ReaderError bad_dialect. */
export function checkPositions(positions: Positions): void {
  let last = 0;
  for (const [from, to] of positions) {
    if (!(Number.isInteger(from) && Number.isInteger(to)) || from < last || to <= from || to > OPEN_END) {
      throw new ReaderError(
        "bad_dialect",
        `the column position [${from}, ${to}] cannot be: positions ascend and do not overlap`,
        "Give [first character, character behind the last] per column, counted from 0.",
      );
    }
    last = to;
  }
  if (positions.length === 0 || positions.length > MAX_COLUMNS) {
    throw new ReaderError(
      "bad_dialect",
      "fixed width needs column positions",
      `Declare 1 to ${MAX_COLUMNS} of them.`,
    );
  }
}

function cellsOf(line: string, positions: Positions): (string | null)[] {
  return positions.map(([from, to]) => {
    const value = line.slice(from, to).trim();
    return value === "" ? null : value;
  });
}

/** Finds header and columns of lines at `positions`. */
export function inspectFixed(
  lines: readonly string[],
  dialect: Dialect,
  overrides: Partial<Dialect>,
  evidence: string[],
): Inspection {
  const positions = dialect.positions!;
  checkPositions(positions);
  const rows: SampleRow[] = [];
  for (const [i, line] of lines.slice(0, LOOK_LINES).entries()) {
    if (line.trim() === "" || i < (overrides.preambleLines ?? 0)) continue;
    const values = cellsOf(line, positions);
    rows.push({ line: i + 1, values, broken: false, quotedFields: 0, strayQuote: false, raw: null });
  }
  const layout = findLayout(rows, positions.length);
  const declared = overrides.headerLines !== undefined || overrides.preambleLines !== undefined;
  const first = declared ? 0 : layout.first;
  const headerLines = overrides.headerLines ?? layout.headerLines;
  const columns = declared
    ? columnNames(rows.slice(first, first + headerLines), positions.length)
    : layout.columns;
  const found: Dialect = {
    ...dialect,
    preambleLines: overrides.preambleLines ?? (rows[first]?.line ?? 1) - 1,
    headerLines,
  };
  const sample = rows
    .slice(first + headerLines, first + headerLines + SAMPLE_RECORDS)
    .map((row) => row.values);
  return {
    dialect: found,
    columns,
    plain: false,
    evidence: [...evidence, ...(declared ? ["preamble and header lines as declared"] : layout.evidence)],
    problems: [],
    sample,
  };
}

const DECODER = new TextDecoder("utf-8", { fatal: true });

/** Reads lines of fixed width; see readRecords. */
export async function* readFixed(
  source: ByteSource,
  dialect: Dialect,
  columns: readonly string[],
  options: ReadOptions = {},
): AsyncGenerator<ReaderRecord[]> {
  const positions = dialect.positions ?? [];
  checkPositions(positions);
  const { chunks } = await openUtf8(source, dialect, options.signal);
  const batcher = newBatcher(options);
  let headers = dialect.headerLines;
  for await (const { line, bytes, head } of linesOf(chunks)) {
    if (line <= dialect.preambleLines) continue;
    if (head.length < MAX_WIDTH && head.toString("latin1").trim() === "") continue;
    if (headers > 0) {
      headers--;
      continue;
    }
    if (!batcher.wants(line)) continue;
    batcher.add(recordOf(line, bytes, head, positions, columns.length), head.length);
    if (batcher.full()) yield batcher.take();
    if (batcher.done()) break;
  }
  const rest = batcher.take();
  if (rest.length > 0) yield rest;
}

function recordOf(
  line: number,
  bytes: Buffer | null,
  head: Buffer,
  positions: Positions,
  width: number,
): ReaderRecord {
  const raw = rawText(head, 0, head.length).replace(/\r$/, "");
  const empty = (rule: "too_long" | "encoding"): ReaderRecord => ({
    line,
    fields: new Array<string | null>(width).fill(null),
    raw,
    problem: makeProblem(rule, line, null, raw),
  });
  if (bytes === null) return empty("too_long");
  let text: string;
  try {
    text = DECODER.decode(bytes).trimEnd();
  } catch {
    return empty("encoding");
  }
  const fields = cellsOf(text, positions);
  const record: ReaderRecord = { line, fields, raw: cutRaw(raw) };
  if (text.length > positions.at(-1)![1]) {
    record.problem = makeProblem("ragged_row", line, null, raw, { expected: width, found: width + 1 });
  } else if (text.includes("\0")) record.problem = makeProblem("nul_byte", line, null, raw);
  return record;
}
