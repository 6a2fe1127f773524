/**
 * From UTF-8 chunks to records: carries what is cut off at a chunk's end, skips preamble and header, checks each
 * record (encoding, NUL, length, width, quotes), and hands on records and problems. What it decides depends on
 * the bytes alone, never on where chunks end.
 */
import { isUtf8 } from "node:buffer";
import { padFields, repeatsHeader, valuesOf } from "./fields.ts";
import { makeProblem, rawText } from "./problems.ts";
import { newShape, type RowShape, repairRagged, seeRow } from "./repair.ts";
import { BROKEN_PRICE, rereadLine, SOUND_PRICE } from "./reread.ts";
import {
  compileSyntax,
  FIELD_CAPACITY,
  HAS_NUL,
  MALFORMED,
  MORE,
  newScan,
  RECORD,
  type Scan,
  type Syntax,
  scanRecord,
} from "./syntax.ts";
import { type Dialect, MAX_RECORD_BYTES, type RaggedPolicy, type ReaderProblem } from "./types.ts";

const MIN_STORE_BYTES = 512 * 1024;
/** However often quotes fail, one may always span this much. */
const MIN_QUOTED_BYTES = 64 * 1024;
/** A record with broken quotes may be read leniently over several lines within this much. */
const LENIENT_BYTES = 64 * 1024;
/** A line is read a second time only up to this length. */
const REREAD_BYTES = 256 * 1024;

export interface RecordSink {
  /** A good record: its fields lie in `buf` where `scan` says. */
  fields(buf: Buffer, start: number, scan: Scan, line: number): void;
  /** A good record that had to be pieced together. */
  values(
    values: (string | null)[],
    buf: Buffer,
    start: number,
    end: number,
    line: number,
    next: number,
  ): void;
  /**
   * A record that cannot be used; `values` is what could be read of it. It lies in the buffer from `start` to
   * `end`, line end included; `end` is -1 where it is too long to be held.
   */
  problem(problem: ReaderProblem, values: (string | null)[], start: number, end: number): void;
  /** A blank line, from `start` to `end`. */
  blank?(start: number, end: number): void;
  /** True: pause, so that the sink can be emptied. */
  full(): boolean;
}

export interface Tokenizer {
  syntax: Syntax;
  /** Takes the next bytes; `last` says that none follow. Then `run` until it returns true. */
  feed(chunk: Buffer | null, last: boolean): void;
  /** Handles what is there; false where it paused because the sink is full. */
  run(sink: RecordSink): boolean;
  /** Records seen (blank lines apart), physical lines ended, and the place of the buffer's first byte in the file. */
  counts(): { records: number; lines: number; base: number };
}

export interface TokenizerOptions {
  dialect: Dialect;
  /** Header names; their number is the width every record must have. Empty: any width is good. */
  columns: readonly string[];
  /** The bytes are the file's own, so they must be checked for valid UTF-8. */
  direct: boolean;
  ragged: RaggedPolicy;
  /** Default: those of the dialect. The detector reads from the first line. */
  skipLines?: number;
  skipRecords?: number;
}

interface State extends TokenizerOptions {
  syntax: Syntax;
  scan: Scan;
  delimiter: string;
  store: Buffer;
  buf: Buffer;
  pos: number;
  base: number;
  last: boolean;
  /** Chunks waiting until there is enough to try again: keeps a long record from being scanned over and over. */
  parts: Buffer[];
  partBytes: number;
  wanted: number;
  line: number;
  records: number;
  linesToSkip: number;
  recordsToSkip: number;
  /** Within a record that is too long: everything up to the next line end is passed over. */
  skipping: boolean;
  quoteBound: number;
  /** Up to here the bytes have been checked as a whole; `checkedGood` is the answer. */
  checkedTo: number;
  checkedGood: boolean;
  /** The first header's bytes: a record that begins otherwise is no repeated header. */
  firstHeader: Buffer | null;
  shape: RowShape;
}

export function openTokenizer(options: TokenizerOptions): Tokenizer {
  const { dialect } = options;
  const state: State = {
    ...options,
    syntax: compileSyntax(dialect),
    scan: newScan(),
    delimiter: dialect.delimiter,
    store: Buffer.alloc(0),
    buf: Buffer.alloc(0),
    pos: 0,
    base: 0,
    last: false,
    parts: [],
    partBytes: 0,
    wanted: 0,
    line: 1,
    records: 0,
    linesToSkip: options.skipLines ?? dialect.preambleLines,
    recordsToSkip: options.skipRecords ?? dialect.headerLines,
    skipping: false,
    quoteBound: MAX_RECORD_BYTES,
    checkedTo: 0,
    checkedGood: true,
    firstHeader:
      dialect.headerLines === 1 && options.columns.length > 1 ? Buffer.from(options.columns[0]!) : null,
    shape: newShape(options.columns),
  };
  return {
    syntax: state.syntax,
    feed: (chunk, last) => feed(state, chunk, last),
    run: (sink) => run(state, sink),
    counts: () => ({ records: state.records, lines: state.line - 1, base: state.base }),
  };
}

function feed(state: State, chunk: Buffer | null, last: boolean): void {
  state.last = last;
  if (chunk !== null) {
    state.parts.push(chunk);
    state.partBytes += chunk.length;
  }
  const rest = state.buf.length - state.pos;
  if (!last && rest + state.partBytes < state.wanted) return;
  // One store is filled again and again: nothing that a sink keeps points into it.
  const length = rest + state.partBytes;
  if (length > state.store.length) {
    const bigger = Buffer.allocUnsafeSlow(Math.max(length * 2, MIN_STORE_BYTES));
    state.buf.copy(bigger, 0, state.pos);
    state.store = bigger;
  } else state.store.copyWithin(0, state.pos, state.buf.length);
  let at = rest;
  for (const part of state.parts) at += part.copy(state.store, at);
  state.buf = state.store.subarray(0, length);
  state.parts = [];
  state.partBytes = 0;
  state.base += state.pos;
  state.pos = 0;
  state.wanted = 0;
  state.checkedTo = 0;
}

/** Offset of the next line end from `from` on, or -1; *behind* tells how many bytes it has. */
function lineEnd(state: State, from: number): { at: number; size: number } | null {
  const { buf } = state;
  let at = buf.indexOf(10, from);
  if (state.syntax.crEnds) {
    const cr = buf.subarray(from, at < 0 ? buf.length : at).indexOf(13) + from;
    if (cr >= from) {
      // A CR at the end of the bytes may be half of a CRLF.
      if (cr + 1 >= buf.length && !state.last) return null;
      return { at: cr, size: buf[cr + 1] === 10 ? 2 : 1 };
    }
  }
  if (at < 0) return null;
  const size = at > from && buf[at - 1] === 13 ? 2 : 1;
  if (size === 2) at--;
  return { at, size };
}

function wantMore(state: State): void {
  state.wanted = (state.buf.length - state.pos) * 2;
}

function run(state: State, sink: RecordSink): boolean {
  if (state.parts.length > 0) return true;
  while (state.pos < state.buf.length) {
    if (sink.full()) return false;
    if (state.skipping || state.linesToSkip > 0) {
      if (!skipLine(state)) return true;
    } else if (!step(state, sink)) {
      wantMore(state);
      return true;
    }
  }
  return true;
}

/** Passes over the rest of a physical line; false where its end is not there yet (what is there is dropped). */
function skipLine(state: State): boolean {
  const end = lineEnd(state, state.pos);
  if (end === null) {
    // A last CR is kept: it may be half of a line end.
    const keep = !state.last && state.buf[state.buf.length - 1] === 13 ? 1 : 0;
    state.pos = state.buf.length - keep;
    return false;
  }
  state.pos = end.at + end.size;
  state.line++;
  if (state.skipping) state.skipping = false;
  else state.linesToSkip--;
  return true;
}

/** Handles one record; false where more bytes are needed. */
function step(state: State, sink: RecordSink): boolean {
  const { buf, pos, scan, syntax } = state;
  const first = buf[pos];
  if (first === 10 || first === 13) {
    if (first === 13 && pos + 1 >= buf.length && !state.last) return false;
    const crlf = first === 13 && buf[pos + 1] === 10;
    if (first === 10 || crlf || syntax.crEnds) {
      // A blank line is no record, whatever the number of columns.
      state.pos += crlf ? 2 : 1;
      state.line++;
      if (state.recordsToSkip === 0) sink.blank?.(pos, state.pos);
      return true;
    }
  }
  const bound = Math.min(buf.length, pos + state.quoteBound + 1);
  let atEnd = state.last && bound === buf.length;
  let status = scanRecord(syntax, scan, buf, pos, bound, atEnd);
  if (status === MORE) {
    if (buf.length <= pos + state.quoteBound) return false;
    if (scan.lines === 1 && state.quoteBound < MAX_RECORD_BYTES) {
      // Long, but one line: the bound for quotes that run over lines is not meant for it.
      const limit = Math.min(buf.length, pos + MAX_RECORD_BYTES + 1);
      atEnd = state.last && limit === buf.length;
      status = scanRecord(syntax, scan, buf, pos, limit, atEnd);
      if (status === MORE && buf.length <= pos + MAX_RECORD_BYTES) return false;
    }
  }
  if (status === RECORD && scan.next - pos <= MAX_RECORD_BYTES) return complete(state, sink);
  if (status === MALFORMED) return broken(state, sink, false);
  return broken(state, sink, true);
}

/** A record whose quotes are wrong, that has no end, or that is too long. */
function broken(state: State, sink: RecordSink, unclosed: boolean): boolean {
  const { buf, pos, scan, syntax, columns } = state;
  const column = columns[scan.count] ?? null;
  const end = lineEnd(state, pos);
  if (end === null && !state.last && buf.length - pos <= MAX_RECORD_BYTES) return false;
  const stop = end === null ? buf.length : end.at;
  if (stop - pos > MAX_RECORD_BYTES) {
    const problem = makeProblem("too_long", state.line, column, rawText(buf, pos, stop));
    state.records++;
    if (state.recordsToSkip > 0) state.recordsToSkip--;
    else sink.problem(problem, [], pos, -1);
    state.pos = stop;
    state.skipping = true;
    return true;
  }
  const next = end === null ? stop : end.at + end.size;
  if (reread(state, sink, stop, next, BROKEN_PRICE)) return true;
  // Perhaps a value of several lines with an unescaped quote in it.
  const limit = Math.min(buf.length, pos + LENIENT_BYTES);
  if (limit < pos + LENIENT_BYTES && !state.last) return false;
  const atEnd = state.last && limit === buf.length;
  if (scanRecord(syntax, scan, buf, pos, limit, atEnd, true) === RECORD) {
    if (scan.lines > 1 && scan.count === columns.length) return complete(state, sink);
  }
  if (unclosed) state.quoteBound = Math.max(MIN_QUOTED_BYTES, state.quoteBound >> 1);
  const raw = rawText(buf, pos, stop);
  const line = state.line;
  const values = raw.split(state.delimiter, columns.length || FIELD_CAPACITY);
  advance(state, next, 1);
  if (skippedHeader(state)) return true;
  sink.problem(makeProblem("unclosed_quote", line, column, raw), values, pos, next);
  return true;
}

function advance(state: State, next: number, lines: number): void {
  state.pos = next;
  state.line += lines;
  state.records++;
}

function skippedHeader(state: State): boolean {
  if (state.recordsToSkip === 0) return false;
  state.recordsToSkip--;
  state.records--;
  return true;
}

/** Tries the second reading of the physical line buf[pos..stop). */
function reread(state: State, sink: RecordSink, stop: number, next: number, maxPrice: number): boolean {
  const { buf, pos, columns, syntax } = state;
  if (columns.length === 0 || stop - pos > REREAD_BYTES || state.recordsToSkip > 0) return false;
  if (!validText(state, pos, stop) || buf.subarray(pos, stop).includes(0)) return false;
  const values = rereadLine(
    syntax,
    state.delimiter,
    buf.toString("utf8", pos, stop),
    columns.length,
    maxPrice,
  );
  if (values === null) return false;
  const line = state.line;
  advance(state, next, 1);
  sink.values(values, buf, pos, stop, line, next);
  return true;
}

/** A record as the dialect has it: checks it and hands it on. */
function complete(state: State, sink: RecordSink): boolean {
  const { buf, pos, scan, columns, syntax } = state;
  const { next, end, lines, has } = scan;
  if (state.recordsToSkip > 0) {
    state.recordsToSkip--;
    state.pos = next;
    state.line += lines;
    return true;
  }
  const width = columns.length;
  if (state.dialect.shortRows && scan.count < width) padFields(scan, width);
  const ragged = width > 0 && scan.count !== width;
  if (ragged && lines > 1) {
    // A stray quote that happened to find a partner lines further down.
    const first = lineEnd(state, pos);
    if (first !== null && reread(state, sink, first.at, first.at + first.size, SOUND_PRICE)) return true;
  }
  const line = state.line;
  advance(state, next, lines);
  if ((has & HAS_NUL) !== 0) return bad(state, sink, "nul_byte", line, pos, end);
  if (!validText(state, pos, end)) return bad(state, sink, "encoding", line, pos, end);
  if (ragged) {
    if (state.ragged === "repair") {
      const values = repairRagged(state.shape, valuesOf(syntax, scan, buf));
      if (values !== null) {
        sink.values(values, buf, pos, end, line, next);
        return true;
      }
    }
    return bad(state, sink, "ragged_row", line, pos, end);
  }
  if (state.firstHeader !== null && repeatsHeader(syntax, scan, buf, columns, state.firstHeader))
    return bad(state, sink, "repeated_header", line, pos, end);
  if (state.ragged === "repair") seeRow(state.shape, () => valuesOf(syntax, scan, buf));
  sink.fields(buf, pos, scan, line);
  return true;
}

/** Hands on a record that cannot be used, with the column at fault where one is. */
function bad(
  state: State,
  sink: RecordSink,
  rule: ReaderProblem["rule"],
  line: number,
  pos: number,
  end: number,
): true {
  const { buf, scan, columns, syntax } = state;
  let column: string | null = null;
  if (rule === "nul_byte" || rule === "encoding") {
    const wrong = (part: Buffer): boolean =>
      rule === "nul_byte" ? part.includes(0) : !validPart(state, part);
    for (let f = 0; f < Math.min(scan.count, FIELD_CAPACITY) && column === null; f++) {
      if (wrong(buf.subarray(scan.starts[f], scan.ends[f]))) column = columns[f] ?? null;
    }
  }
  const detail = rule === "ragged_row" ? { expected: columns.length, found: scan.count } : undefined;
  const legible = rule !== "encoding" || !state.direct;
  const problem = makeProblem(rule, line, column, rawText(buf, pos, end, legible), detail);
  sink.problem(problem, valuesOf(syntax, scan, buf), pos, scan.next);
  return true;
}

/** Whether buf[start..end) is sound text. Stretches of lines are checked at once, single records in bad ones only. */
function validText(state: State, start: number, end: number): boolean {
  const { buf } = state;
  if (end > state.checkedTo) {
    const stop = Math.max(end, buf.lastIndexOf(state.syntax.crEnds ? 13 : 10) + 1);
    state.checkedGood = validPart(state, buf.subarray(start, stop));
    state.checkedTo = stop;
  }
  return state.checkedGood || validPart(state, buf.subarray(start, end));
}

const REPLACEMENT = Buffer.from("\uFFFD", "utf8");

function validPart(state: State, part: Buffer): boolean {
  // After conversion the only trace of invalid bytes is the replacement character.
  return state.direct ? isUtf8(part) : !part.includes(REPLACEMENT);
}
