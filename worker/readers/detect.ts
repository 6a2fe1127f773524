/**
 * Which delimiter, quote and escape a table is written with. Every candidate reads the sample; the best is the
 * one whose rows agree most on their number of fields and whose cells look most like values.
 */
import { cellKind } from "./kinds.ts";
import { type SampleRow, sampleRows } from "./sample.ts";
import type { Dialect, RecordTerminator } from "./types.ts";

const SCORE_ROWS = 400;
const SCORE_BYTES = 256 * 1024;
/** Cells per candidate whose kind is looked at. */
const KIND_CELLS = 4000;
const MAX_SINGLE = 14;
const MAX_MULTI = 6;

export interface Detected {
  dialect: Dialect;
  /** Width that most rows have; 1 for a single column. */
  width: number;
  evidence: string[];
}

/** How likely a character separates fields, before anything is read. */
const PRIOR: Record<string, number> = { ",": 1, ";": 1, "\t": 1, "|": 1, " ": 0.7, ":": 0.75 };
const OTHER_PRIOR = 0.8;
/** Characters that stand inside ordinary values too often. */
const WEAK: Record<string, number> = {
  "-": 0.35,
  ".": 0.35,
  "/": 0.35,
  _: 0.4,
  "(": 0.2,
  ")": 0.2,
  "'": 0.2,
};

function priorOf(delimiter: string): number {
  if (delimiter.length > 1) return [...delimiter].some((c) => WEAK[c] !== undefined) ? 0.35 : 0.92;
  return PRIOR[delimiter] ?? WEAK[delimiter] ?? (delimiter < " " ? 1 : OTHER_PRIOR);
}

/** Characters and short runs of them that stand in most lines, likeliest first. */
export function delimiterCandidates(lines: readonly string[]): string[] {
  const single = new Map<string, { lines: number; count: number }>();
  const multi = new Map<string, { lines: number; count: number }>();
  const add = (map: typeof single, found: Map<string, number>): void => {
    for (const [key, count] of found) {
      const entry = map.get(key) ?? { lines: 0, count: 0 };
      entry.lines++;
      entry.count += count;
      map.set(key, entry);
    }
  };
  for (const line of lines) {
    const chars = [...line.slice(0, 2000)];
    const ones = new Map<string, number>();
    const runs = new Map<string, number>();
    for (const [at, char] of chars.entries()) {
      if (!isSeparator(char)) continue;
      ones.set(char, (ones.get(char) ?? 0) + 1);
      for (let size = 2, run = char; size <= 3; size++) {
        const next = chars[at + size - 1];
        if (next === undefined || !isSeparator(next)) break;
        run += next;
        if (isRun(run)) runs.set(run, (runs.get(run) ?? 0) + 1);
      }
    }
    add(single, ones);
    add(multi, runs);
  }
  const pick = (map: typeof single, share: number, most: number): string[] =>
    [...map]
      .filter(([, seen]) => seen.lines >= lines.length * share)
      .sort((a, b) => b[1].lines * priorOf(b[0]) - a[1].lines * priorOf(a[0]) || b[1].count - a[1].count)
      .slice(0, most)
      .map(([key]) => key);
  return [...new Set([",", ...pick(single, 0.4, MAX_SINGLE), ...pick(multi, 0.7, MAX_MULTI)])];
}

function isSeparator(char: string): boolean {
  return !/[\p{L}\p{N}\p{M}"\r\n\0]/u.test(char);
}

/** Runs that people use as delimiters: one character twice or thrice, one between or beside spaces, or two signs. */
function isRun(run: string): boolean {
  const core = run.trim();
  if (core === "") return false;
  if (core.length < run.length && core.length === 1) return /[,;|:~^#&!\t/-]/.test(core);
  return core.length === run.length && /^(?:(.)\1{1,2}|[|~^#&!;:<>=@*+\\-]{2,3})$/.test(core);
}

export interface Score {
  score: number;
  width: number;
  rows: number;
  agreeing: number;
}

/** Scores the rows that a candidate reads. 0..1. */
export function scoreRows(rows: readonly SampleRow[], delimiter: string): Score {
  const none = { score: 0, width: 1, rows: rows.length, agreeing: 0 };
  if (rows.length === 0) return none;
  const weights = new Map<number, number>();
  for (const row of rows) {
    const width = row.values.length;
    weights.set(width, (weights.get(width) ?? 0) + (row.broken ? 0.3 : 1));
  }
  const width = mainWidth(weights);
  if (width === 1) return none;
  const agreeing = weights.get(width)!;
  // Rows of other widths count a little: a second table below the first is no sign against the delimiter.
  const others = [...weights].reduce(
    (sum, [other, weight]) => sum + (other > 1 && other !== width ? weight : 0),
    0,
  );
  const share = (agreeing + 0.3 * others) / rows.length;
  const { kinds, filled } = lookAtCells(rows, width, delimiter);
  const score = share ** 1.5 * (0.15 + 0.85 * kinds) * (1 - 1 / width) * filled * priorOf(delimiter);
  return { score, width, rows: rows.length, agreeing };
}

/** The width of the table: the commonest, but the first table's where a second one is not far larger. */
function mainWidth(weights: ReadonlyMap<number, number>): number {
  const value = ([width, weight]: [number, number]): number => weight * (1 - 1 / width);
  const best = Math.max(...[...weights].map(value));
  // Maps keep the order of first appearance.
  const first = [...weights].find((entry) => value(entry) >= best * (entry[1] >= 3 ? 0.6 : 1));
  return best === 0 || first === undefined ? 1 : first[0];
}

const KIND_VALUE = {
  empty: 0,
  number: 1,
  date: 1,
  time: 1,
  link: 1,
  code: 0.9,
  word: 0.95,
  text: 0.85,
  other: 0.1,
};

function lookAtCells(
  rows: readonly SampleRow[],
  width: number,
  delimiter: string,
): { kinds: number; filled: number } {
  const step = Math.max(1, Math.ceil((rows.length * width) / KIND_CELLS));
  const filledColumns = new Set<number>();
  let sum = 0;
  let cells = 0;
  for (const [index, row] of rows.entries()) {
    if (row.values.length !== width || (index % step !== 0 && index > 20)) continue;
    for (const [column, cell] of row.values.entries()) {
      if (cell === null || cell.trim() === "") continue;
      filledColumns.add(column);
      cells++;
      sum += cellValue(cell, delimiter);
    }
  }
  return { kinds: cells === 0 ? 0 : sum / cells, filled: 0.4 + (0.6 * filledColumns.size) / width };
}

function cellValue(cell: string, delimiter: string): number {
  const kind = cellKind(cell);
  const value = KIND_VALUE[kind];
  if (kind === "word" && delimiter === " ") return 0.7;
  if (kind !== "text") return value;
  // Signs of a table within the cell: other delimiters, or quotes at only one end.
  let doubt = value;
  if (/[;|]|\p{Cc}/u.test(cell.replace(/[\r\n]/g, ""))) doubt -= 0.45;
  if (/^["'`]|["'`]$/.test(cell)) doubt -= /^(["'`]).*\1$/s.test(cell) ? 0.6 : 0.3;
  if (/^[^\p{L}\p{N}("'<#&+*$€£-]/u.test(cell)) doubt -= 0.25;
  if (!/\s/.test(cell) && cell.includes(",")) doubt -= 0.3;
  return Math.max(0.05, doubt);
}

interface Candidate extends Score {
  dialect: Dialect;
  rank: number;
}

/** Tries all candidates on `bytes` (UTF-8, byte order mark off). Fields set in `fixed` are not varied. */
export function detectDialect(
  bytes: Buffer,
  whole: boolean,
  base: Dialect,
  fixed: Partial<Dialect>,
): Detected {
  const sample = bytes.subarray(0, SCORE_BYTES);
  const sampleWhole = whole && bytes.length <= SCORE_BYTES;
  const text = sample.toString("utf8");
  const lines = text.split(/\r\n|\n|\r/).filter((line) => line !== "");
  const looked = lines.slice(0, SCORE_ROWS);
  const delimiters = fixed.delimiter === undefined ? delimiterCandidates(looked) : [fixed.delimiter];
  const candidates: Candidate[] = [];
  const isFixed = fixed.delimiter !== undefined;
  const isColumn = !isFixed && areValues(looked);
  const isHeader = (line: string, at: number): boolean => at === 0 && !/[",;\t|]/.test(line);
  const isQuoted =
    !isFixed &&
    looked.some((line) => QUOTED.test(line)) &&
    looked.every((line, at) => QUOTED.test(line) || isHeader(line, at));
  for (const delimiter of delimiters) {
    // Lines that are a quoted value each have no field beside it.
    if (isQuoted || (isColumn && PRIOR[delimiter] !== 1)) continue;
    const padded = spaced(
      sampleRows(sample, { ...base, delimiter, skipInitialSpace: false }, sampleWhole, SCORE_ROWS),
    );
    for (const variant of quoteVariants(text, delimiter, base, fixed)) {
      const rows = sampleRows(sample, variant, sampleWhole, SCORE_ROWS);
      const score = scoreRows(rows, delimiter);
      if (!isFixed && (delimiter === " " || delimiter in WEAK) && areTexts(rows, score)) score.score = 0;
      score.score *= quoteFactor(rows, variant, text, padded);
      candidates.push({ ...score, dialect: variant, rank: candidates.length });
    }
  }
  // Ties go to the earlier one: candidates are made in the order of likelihood.
  candidates.sort((a, b) => b.score - a.score || a.rank - b.rank);
  const best = candidates[0];
  if (best === undefined || (best.score < MIN_SCORE && fixed.delimiter === undefined)) {
    const dialect = { ...base, delimiter: ",", quote: '"', escape: '"', ...fixed };
    return { dialect, width: 1, evidence: ["one column: no character cuts the lines into fields evenly"] };
  }
  return { dialect: best.dialect, width: best.width, evidence: explain(best, candidates) };
}

/** A line that is one quoted value. */
const QUOTED = /^"(?:[^"]|"")*"$/;

/** Whether lines below the first are dates, times, numbers or addresses as they are: their signs part no fields. */
function areValues(lines: readonly string[]): boolean {
  const below = lines.length > 1 ? lines.slice(1) : lines;
  const whole = below.filter((line) =>
    ["date", "time", "number", "link"].includes(cellKind(line.trim().replace(/^"(.*)"$/, "$1"))),
  );
  return below.length > 0 && whole.length >= below.length * 0.9;
}

/** Share of values among words, and of lines of one width, below which lines are texts, one each, and no table. */
const FEW_VALUES = 0.05;
const FEW_AGREE = 0.6;

/** Whether what a space or hyphen parts are names, titles, sentences. A table has values, lines of one width, or quotes. */
function areTexts(rows: readonly SampleRow[], { agreeing }: Score): boolean {
  if (rows.some((row) => row.quotedFields > 0)) return false;
  if (agreeing < rows.length * FEW_AGREE) return true;
  let cells = 0;
  let values = 0;
  for (const row of rows.slice(1))
    for (const cell of row.values) {
      if (cell === null || cell.trim() === "") continue;
      cells++;
      if (!["word", "text", "other"].includes(cellKind(cell))) values++;
    }
  return values <= cells * FEW_VALUES;
}

/** Below this no candidate is better than taking each line as one value. */
const MIN_SCORE = 0.12;

function quoteVariants(text: string, delimiter: string, base: Dialect, fixed: Partial<Dialect>): Dialect[] {
  const variants: Dialect[] = [];
  const quotes = fixed.quote === undefined ? quoteCandidates(text, delimiter) : [fixed.quote];
  const spaced = delimiter.trim() !== "" && !delimiter.endsWith(" ") && text.includes(`${delimiter} `);
  const skips =
    fixed.skipInitialSpace === undefined ? (spaced ? [false, true] : [false]) : [fixed.skipInitialSpace];
  for (const quote of quotes) {
    const escapes: (string | null)[] = [quote];
    if (quote !== null) {
      if (text.includes(`\\${quote}`)) escapes.push("\\");
      escapes.push(null);
    }
    for (const mark of fixed.escape === undefined ? escapes : [fixed.escape]) {
      for (const skipInitialSpace of skips) {
        if (quote !== null && delimiter.startsWith(quote)) continue;
        variants.push({ ...base, ...fixed, delimiter, quote, escape: mark, skipInitialSpace });
      }
    }
  }
  return variants;
}

/** Quote characters that stand beside this delimiter or a line end; always the double quote, first. */
function quoteCandidates(text: string, delimiter: string): (string | null)[] {
  const found: (string | null)[] = ['"'];
  for (const quote of ["'", "`", "|", "~", "^", "*", "%", "$", "#", "@"]) {
    if (delimiter.includes(quote)) continue;
    const opening = count(text, delimiter + quote) + count(text, `\n${quote}`);
    const closing = count(text, quote + delimiter) + count(text, `${quote}\n`) + count(text, `${quote}\r`);
    const common = quote === "'" || quote === "`";
    if (Math.min(opening, closing) >= (common ? 1 : 4)) found.push(quote);
  }
  if (text.includes('"')) found.push(null);
  return found;
}

function count(text: string, part: string): number {
  let found = 0;
  // Enough to tell: the exact number beyond does not matter.
  for (let at = text.indexOf(part); at >= 0 && found < 1000; at = text.indexOf(part, at + part.length))
    found++;
  return found;
}

/** Rewards quotes that work, punishes assumptions without ground. */
function quoteFactor(rows: readonly SampleRow[], dialect: Dialect, text: string, padded: boolean): number {
  const { quote, skipInitialSpace } = dialect;
  let factor = skipInitialSpace === padded ? 1 : 0.97;
  if (quote === null) return factor * (text.includes('"') ? 0.5 : 0.99);
  const quoted = rows.reduce((sum, row) => sum + row.quotedFields, 0);
  const broken = rows.filter((row) => row.broken).length;
  if (quote === '"') {
    // Quotes within unquoted cells: with the right delimiter most of them would open fields.
    factor *= 1 - (0.6 * rows.filter((row) => row.strayQuote).length) / Math.max(1, rows.length);
  } else {
    const common = quote === "'" || quote === "`";
    if (quoted < (common ? 1 : 2) || broken > rows.length * 0.2) return factor * 0.3;
    factor *= common ? 0.9999 : 0.9;
  }
  if (dialect.escape !== quote) {
    // A backslash before a quote, or quotes that are not escaped at all: only where the doubled reading fails.
    factor *= dialect.escape === null ? 0.96 : 0.995;
    if (text.includes(`${quote}${quote}${quote}`)) factor *= 0.97;
  }
  return factor;
}

/** Whether nearly every field but the first begins with a space. */
function spaced(rows: readonly SampleRow[]): boolean {
  let begin = 0;
  let fields = 0;
  for (const { values } of rows) {
    for (let f = 1; f < values.length; f++) {
      if (values[f] === null) continue;
      fields++;
      if (values[f]!.startsWith(" ")) begin++;
    }
  }
  return fields > 0 && begin > fields * 0.85;
}

function explain(best: Candidate, all: readonly Candidate[]): string[] {
  const { dialect } = best;
  const show = (text: string | null): string => (text === null ? "none" : JSON.stringify(text));
  const rival = all.find((other) => other.dialect.delimiter !== dialect.delimiter);
  const evidence = [
    `delimiter ${show(dialect.delimiter)}: ${Math.round(best.agreeing)} of ${best.rows} records looked at have ${best.width} fields` +
      (rival === undefined || rival.score === 0
        ? ""
        : ` (next best ${show(rival.dialect.delimiter)}: score ${rival.score.toFixed(2)} against ${best.score.toFixed(2)})`),
    `quote ${show(dialect.quote)}, escaped by ${dialect.escape === dialect.quote ? "doubling it" : show(dialect.escape)}`,
  ];
  if (dialect.skipInitialSpace) evidence.push("spaces after a delimiter are left out");
  return evidence;
}

/** What ends the lines of a text. */
export function detectTerminator(text: string): RecordTerminator {
  let lf = 0;
  let crlf = 0;
  let cr = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 10) lf++;
    else if (code === 13) {
      if (text.charCodeAt(at + 1) === 10) {
        crlf++;
        at++;
      } else if (at + 1 < text.length) cr++;
    }
  }
  if (cr > lf + crlf) return "\r";
  // A few lone CRs are text within fields; as many as there are line ends, they end lines.
  if (cr > 0 && cr * 4 > lf + crlf) return "mixed";
  return crlf > lf ? "\r\n" : "\n";
}
