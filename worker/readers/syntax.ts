/**
 * The byte-level reading of one record. Everything is UTF-8 here (other encodings are converted before), so a
 * delimiter, quote or line end can be found by its bytes alone. Field places are written into typed arrays that
 * are used again for every record: no allocation per record or field.
 */
import { type Dialect, MAX_COLUMNS, MAX_DELIMITER, ReaderError } from "./types.ts";

const LF = 10;
const CR = 13;
const SPACE = 32;

// Classes of bytes outside and inside quotes.
const DELIMITER = 1;
const NEWLINE = 2;
const RETURN = 3;
const QUOTE = 4;
const NUL = 5;
const COPY_SPECIAL = 6;
const ESCAPE = 7;

/** A dialect made ready for the byte loops. */
export interface Syntax {
  delimiter: Buffer;
  /** Byte values, -1 for none. */
  quote: number;
  escape: number;
  doubled: boolean;
  /** A CR that no LF follows ends a record too. */
  crEnds: boolean;
  skipSpace: boolean;
  /** A space after a closing quote belongs to nothing (where it cannot be the delimiter). */
  spaceAfterQuote: boolean;
  trailing: boolean;
  outside: Uint8Array;
  inside: Uint8Array;
}

export const FIELD_QUOTED = 1;
export const FIELD_ESCAPED = 2;

/** The record holds a NUL byte. */
export const HAS_NUL = 1;
/** The record holds a backslash, a tab or a CR outside line ends: what COPY's text format must escape. */
export const HAS_SPECIAL = 2;
/** The record holds a quoted field. */
export const HAS_QUOTED = 4;
/** A quote stands in an unquoted field. Legal for this reader, fatal for COPY (FORMAT csv). */
export const HAS_STRAY_QUOTE = 8;
/** Something COPY (FORMAT csv) would read differently: spaces around quotes, a lone CR. */
export const HAS_ODD_SPACE = 16;

/** More fields than this are counted, not kept. */
export const FIELD_CAPACITY = MAX_COLUMNS + 64;

/** Where the fields of the record lie; the scanner's only output. */
export interface Scan {
  starts: Int32Array;
  ends: Int32Array;
  kinds: Uint8Array;
  /** Fields found; may exceed FIELD_CAPACITY, then only the first ones are kept. */
  count: number;
  /** Offset behind the record and its line end. */
  next: number;
  /** Offset behind the record, before its line end. */
  end: number;
  /** Physical lines the record takes. */
  lines: number;
  has: number;
}

export const RECORD = 0;
/** The bytes end before the record does. */
export const MORE = 1;
/** A closing quote is followed by something else than a delimiter or a line end. */
export const MALFORMED = 2;
/** The file ends within quotes. */
export const UNCLOSED = 3;

export function newScan(): Scan {
  return {
    starts: new Int32Array(FIELD_CAPACITY),
    ends: new Int32Array(FIELD_CAPACITY),
    kinds: new Uint8Array(FIELD_CAPACITY),
    count: 0,
    next: 0,
    end: 0,
    lines: 0,
    has: 0,
  };
}

function byteOf(char: string | null, what: string): number {
  if (char === null || char === "") return -1;
  const code = char.charCodeAt(0);
  if (char.length !== 1 || code > 127 || code === LF || code === CR) {
    throw new ReaderError(
      "bad_dialect",
      `${what} ${JSON.stringify(char)} is not one ASCII character`,
      `Give one ASCII character as ${what}, or none.`,
    );
  }
  return code;
}

/** Checks a dialect and makes it ready. Throws ReaderError `bad_dialect`. */
export function compileSyntax(dialect: Dialect): Syntax {
  const delimiter = Buffer.from(dialect.delimiter, "utf8");
  const quote = byteOf(dialect.quote, "quote");
  const mark = quote < 0 ? -1 : byteOf(dialect.escape, "escape");
  const first = delimiter[0];
  if (first === undefined || dialect.delimiter.length > MAX_DELIMITER || /[\r\n]/.test(dialect.delimiter)) {
    throw new ReaderError(
      "bad_dialect",
      `delimiter ${JSON.stringify(dialect.delimiter)} is not usable`,
      `Give 1 to ${MAX_DELIMITER} characters without line ends as delimiter.`,
    );
  }
  if (first === quote) {
    throw new ReaderError("bad_dialect", "delimiter and quote begin alike", "Give two different characters.");
  }
  const doubled = mark === quote && quote >= 0;
  const outside = new Uint8Array(256);
  outside[0] = NUL;
  outside[9] = COPY_SPECIAL;
  outside[92] = COPY_SPECIAL;
  outside[LF] = NEWLINE;
  outside[CR] = RETURN;
  if (quote >= 0) outside[quote] = QUOTE;
  outside[first] = DELIMITER;
  const inside = new Uint8Array(256);
  inside[0] = NUL;
  inside[9] = COPY_SPECIAL;
  inside[92] = COPY_SPECIAL;
  inside[LF] = NEWLINE;
  inside[CR] = RETURN;
  if (mark >= 0 && !doubled) inside[mark] = ESCAPE;
  if (quote >= 0) inside[quote] = QUOTE;
  return {
    delimiter,
    quote,
    escape: doubled ? -1 : mark,
    doubled,
    crEnds: dialect.recordTerminator === "\r" || dialect.recordTerminator === "mixed",
    skipSpace: dialect.skipInitialSpace && first !== SPACE,
    spaceAfterQuote: first !== SPACE,
    trailing: dialect.trailingDelimiter,
    outside,
    inside,
  };
}

/** Tab and backslash, whatever else they are in the dialect. */
const ESCAPED_BY_COPY = new Uint8Array(256);
ESCAPED_BY_COPY[9] = 1;
ESCAPED_BY_COPY[92] = 1;

const NO_MATCH = 0;
const MATCH = 1;
const CUT = 2;

/** Whether the whole delimiter stands at `at`, whose first byte is known to match. */
function delimiterAt(delimiter: Buffer, buf: Buffer, at: number, len: number): number {
  const size = delimiter.length;
  for (let k = 1; k < size; k++) {
    if (at + k >= len) return CUT;
    if (buf[at + k] !== delimiter[k]) return NO_MATCH;
  }
  return MATCH;
}

/**
 * Reads the record that begins at `pos` of buf[0..len). `atEnd` says that no bytes follow. With `lenient`, a
 * quote that closes nothing is taken as part of its field instead of ending the attempt with MALFORMED.
 */
export function scanRecord(
  syntax: Syntax,
  scan: Scan,
  buf: Buffer,
  pos: number,
  len: number,
  atEnd: boolean,
  lenient = false,
): number {
  const { outside, delimiter, quote, skipSpace } = syntax;
  const { starts, ends, kinds } = scan;
  const size = delimiter.length;
  let i = pos;
  let n = 0;
  let has = 0;
  scan.lines = 1;
  scan.has = 0;
  for (;;) {
    if (skipSpace && buf[i] === SPACE) {
      while (i < len && buf[i] === SPACE) i++;
      has |= HAS_ODD_SPACE;
    }
    if (i < len && buf[i] === quote) {
      scan.count = n;
      const status = scanQuoted(syntax, scan, buf, i, len, atEnd, lenient, n);
      if (status !== RECORD) return status;
      has |= HAS_QUOTED;
      i = scan.next;
    } else {
      const start = i;
      i = unquotedEnd(syntax, scan, buf, start, len, atEnd);
      if (i < 0) {
        scan.count = n;
        return MORE;
      }
      if (n < FIELD_CAPACITY) {
        starts[n] = start;
        ends[n] = i;
        kinds[n] = 0;
      }
    }
    n++;
    // i stands at a delimiter, at a line end or at the end of the bytes.
    if (i >= len) {
      // The field that is cut off is the last of n.
      scan.count = n - 1;
      if (!atEnd) return MORE;
      return finish(syntax, scan, n, i, i, has);
    }
    const byte = buf[i]!;
    if (outside[byte] === DELIMITER) {
      i += size;
      continue;
    }
    if (byte === CR) {
      if (i + 1 >= len && !atEnd) {
        scan.count = n;
        return MORE;
      }
      return finish(syntax, scan, n, i, i + (i + 1 < len && buf[i + 1] === LF ? 2 : 1), has);
    }
    return finish(syntax, scan, n, i, i + 1, has);
  }
}

/** Where the unquoted field from `start` on ends; -1 where a delimiter may be cut off there. */
function unquotedEnd(
  syntax: Syntax,
  scan: Scan,
  buf: Buffer,
  start: number,
  len: number,
  atEnd: boolean,
): number {
  const { outside, delimiter, crEnds } = syntax;
  let i = start;
  for (;;) {
    while (i < len && outside[buf[i]!] === 0) i++;
    if (i >= len) return i;
    const kind = outside[buf[i]!];
    if (kind === DELIMITER) {
      const match = delimiter.length === 1 ? MATCH : delimiterAt(delimiter, buf, i, len);
      if (match === MATCH) return i;
      if (match === CUT && !atEnd) return -1;
      if (ESCAPED_BY_COPY[buf[i]!] === 1) scan.has |= HAS_SPECIAL;
    } else if (kind === NEWLINE) return i;
    else if (kind === RETURN) {
      if (crEnds || i + 1 >= len || buf[i + 1] === LF) return i;
      scan.has |= HAS_SPECIAL | HAS_ODD_SPACE;
    } else if (kind === QUOTE)
      scan.has |= HAS_STRAY_QUOTE | (ESCAPED_BY_COPY[buf[i]!] === 1 ? HAS_SPECIAL : 0);
    else if (kind === NUL) scan.has |= HAS_NUL;
    else scan.has |= HAS_SPECIAL;
    i++;
  }
}

function finish(syntax: Syntax, scan: Scan, count: number, end: number, next: number, has: number): number {
  const last = count - 1;
  const dropped =
    syntax.trailing &&
    count > 1 &&
    last < FIELD_CAPACITY &&
    scan.starts[last] === scan.ends[last] &&
    scan.kinds[last] === 0;
  scan.count = dropped ? last : count;
  scan.end = end;
  scan.next = next;
  scan.has |= has;
  return RECORD;
}

/** Whether a field may end at `at`: a delimiter, a line end or the end of the bytes stands there. */
function endsField(syntax: Syntax, buf: Buffer, at: number, len: number, atEnd: boolean): number {
  if (at >= len) return atEnd ? MATCH : CUT;
  const kind = syntax.outside[buf[at]!];
  if (kind === NEWLINE) return MATCH;
  if (kind === RETURN) {
    if (at + 1 >= len) return atEnd ? MATCH : CUT;
    return syntax.crEnds || buf[at + 1] === LF ? MATCH : NO_MATCH;
  }
  if (kind !== DELIMITER) return NO_MATCH;
  const match = delimiterAt(syntax.delimiter, buf, at, len);
  return match === CUT && atEnd ? NO_MATCH : match;
}

/** Reads the quoted field whose opening quote stands at `at`; leaves scan.next behind it and its closing quote. */
function scanQuoted(
  syntax: Syntax,
  scan: Scan,
  buf: Buffer,
  at: number,
  len: number,
  atEnd: boolean,
  lenient: boolean,
  n: number,
): number {
  const { inside, quote, doubled, crEnds, spaceAfterQuote } = syntax;
  let i = at + 1;
  let kind = FIELD_QUOTED;
  for (;;) {
    while (i < len && inside[buf[i]!] === 0) i++;
    if (i >= len) return atEnd ? UNCLOSED : MORE;
    const what = inside[buf[i]!];
    if (what === NEWLINE) {
      scan.lines++;
      i++;
    } else if (what === RETURN) {
      if (i + 1 >= len && !atEnd) return MORE;
      if (crEnds && buf[i + 1] !== LF) scan.lines++;
      scan.has |= HAS_SPECIAL;
      i++;
    } else if (what === NUL) {
      scan.has |= HAS_NUL;
      i++;
    } else if (what === COPY_SPECIAL) {
      scan.has |= HAS_SPECIAL;
      i++;
    } else if (what === ESCAPE) {
      if (i + 1 >= len && !atEnd) return MORE;
      scan.has |= HAS_SPECIAL;
      const next = i + 1 < len ? buf[i + 1] : -1;
      if (next === quote || next === syntax.escape) {
        kind |= FIELD_ESCAPED;
        i += 2;
      } else i++;
    } else {
      if (i + 1 >= len && !atEnd) return MORE;
      if (doubled && i + 1 < len && buf[i + 1] === quote) {
        kind |= FIELD_ESCAPED;
        i += 2;
        continue;
      }
      let j = i + 1;
      if (spaceAfterQuote) while (j < len && buf[j] === SPACE) j++;
      const closes = endsField(syntax, buf, j, len, atEnd);
      if (closes === CUT) return MORE;
      if (closes === MATCH) {
        if (n < FIELD_CAPACITY) {
          scan.starts[n] = at + 1;
          scan.ends[n] = i;
          scan.kinds[n] = kind;
        }
        if (j > i + 1) scan.has |= HAS_ODD_SPACE;
        scan.next = j;
        return RECORD;
      }
      if (!lenient && (doubled || syntax.escape >= 0)) return MALFORMED;
      // An unescaped quote within the field: it closes nothing, so it is text.
      scan.has |= HAS_ODD_SPACE;
      i++;
    }
  }
}
