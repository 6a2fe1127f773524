/**
 * Whether, and in which parts, a file's own bytes can go into COPY (FORMAT csv). One pass at the speed of the byte
 * loops; single records that COPY would choke on or misread are listed to be left out, so that a file with a few
 * bad lines still takes the fast road.
 */
import { Readable } from "node:stream";
import { isPlain } from "./inspect.ts";
import { openUtf8 } from "./stream.ts";
import { HAS_ODD_SPACE, HAS_SPECIAL, HAS_STRAY_QUOTE, type Scan } from "./syntax.ts";
import { openTokenizer, type RecordSink, type Tokenizer } from "./tokenizer.ts";
import type { ByteSource, Dialect, ReaderProblem } from "./types.ts";

/** With more records to leave out than this, or than a tenth of all, the file is not plain. */
export const MAX_EXCLUDED = 20_000;
/** With more breaks in the line numbering than this (records of several lines, blank lines), it is not plain. */
export const MAX_JUMPS = 100_000;
export const MAX_PARTS = 64;

export interface PlainOptions {
  /** Into how many parts of like size to cut the data, at record ends. Default 1. */
  parts?: number;
  signal?: AbortSignal;
}

/** Bytes [start, end) of the file that hold no record COPY can take. */
export interface ExcludedRange {
  start: number;
  end: number;
  line: number;
  /** Set: the record is bad. null: a blank line, or a good record that must be sent by copyStream or as values. */
  problem: ReaderProblem | null;
  blank: boolean;
}

export interface PlainPart {
  start: number;
  end: number;
  /** Records that COPY will take, excluded ones apart. */
  records: number;
  /**
   * Where line numbers jump: the record with this 0-based ordinal among the part's sent records starts at this
   * line, and each later one a line further, up to the next jump.
   */
  jumps: { ordinal: number; line: number }[];
}

export interface PlainScan {
  plain: boolean;
  /** Why not, or null. */
  reason: string | null;
  /** Offset of the first byte behind the header. */
  dataStart: number;
  records: number;
  /** Physical lines of the file. */
  lines: number;
  excluded: ExcludedRange[];
  /** Empty where not plain. */
  parts: PlainPart[];
}

interface Survey {
  reason: string | null;
  dataStart: number;
  sent: number;
  excluded: ExcludedRange[];
  parts: PlainPart[];
  jumps: number;
  /** The line the next record starts at if nothing jumps. */
  expectedLine: number;
  /** Length of the line end that COPY will insist on. */
  ender: number;
}

/**
 * Reads the whole file once and tells whether COPY (FORMAT csv, DELIMITER '<the dialect's>', without HEADER) can
 * take plainStream's bytes of each part. Every byte sent is then valid UTF-8 without NUL, every record as wide as
 * `columns`, every line end of one kind. Throws ReaderError `unreadable`, `bad_dialect`.
 */
export async function scanPlain(
  source: ByteSource,
  dialect: Dialect,
  columns: readonly string[],
  options: PlainOptions = {},
): Promise<PlainScan> {
  const survey: Survey = {
    reason: isPlain(dialect) ? null : "the dialect is not COPY's",
    dataStart: 0,
    sent: 0,
    excluded: [],
    parts: [],
    jumps: 0,
    expectedLine: -1,
    ender: dialect.recordTerminator === "\r\n" ? 2 : 1,
  };
  let lines = 0;
  let records = 0;
  if (survey.reason === null) {
    const { chunks, direct } = await openUtf8(source, dialect, options.signal);
    const tokenizer = openTokenizer({ dialect, columns, direct, ragged: "reject" });
    const wanted = Math.max(1, Math.min(options.parts ?? 1, MAX_PARTS));
    const sink = surveySink(survey, tokenizer, (source.size ?? 0) / wanted, wanted);
    let end = 0;
    for await (const chunk of chunks) {
      end += chunk.length;
      tokenizer.feed(chunk, false);
      tokenizer.run(sink);
      if (survey.reason !== null) break;
    }
    if (survey.reason === null) {
      tokenizer.feed(null, true);
      tokenizer.run(sink);
      const last = survey.parts.at(-1);
      if (last !== undefined) last.end = end;
    }
    ({ lines, records } = tokenizer.counts());
    const bad = survey.excluded.filter((range) => !range.blank).length;
    if (bad * 10 > records) survey.reason ??= "more than a tenth of the records must be left out";
  }
  const { reason, dataStart, excluded, parts } = survey;
  return {
    plain: reason === null,
    reason,
    dataStart,
    records,
    lines,
    excluded,
    parts: reason === null ? parts : [],
  };
}

function surveySink(survey: Survey, tokenizer: Tokenizer, partBytes: number, wanted: number): RecordSink {
  /** The part that a record at this offset belongs to. */
  const partAt = (offset: number): PlainPart => {
    let part = survey.parts.at(-1);
    if (part === undefined) {
      survey.dataStart = offset;
      part = { start: offset, end: offset, records: 0, jumps: [] };
      survey.parts.push(part);
    } else if (survey.parts.length < wanted && offset >= partBytes * survey.parts.length) {
      part.end = offset;
      part = { start: offset, end: offset, records: 0, jumps: [] };
      survey.parts.push(part);
      survey.expectedLine = -1;
    }
    return part;
  };
  const exclude = (
    start: number,
    end: number,
    line: number,
    problem: ReaderProblem | null,
    blank = false,
  ): void => {
    const { base } = tokenizer.counts();
    partAt(base + start);
    survey.excluded.push({ start: base + start, end: base + end, line, problem, blank });
    if (survey.excluded.length > MAX_EXCLUDED) survey.reason = "too many records must be left out";
  };
  return {
    fields: (buf, start, scan, line) => {
      if (misread(survey, buf, scan)) {
        exclude(start, scan.next, line, null);
        return;
      }
      const part = partAt(tokenizer.counts().base + start);
      if (line !== survey.expectedLine) {
        part.jumps.push({ ordinal: part.records, line });
        if (++survey.jumps > MAX_JUMPS) survey.reason = "too many records span several lines";
      }
      part.records++;
      survey.sent++;
      survey.expectedLine = line + 1;
      if (scan.lines > 1) survey.expectedLine = -1;
    },
    values: (_values, _buf, start, _end, line, next) => exclude(start, next, line, null),
    problem: (problem, _values, start, end) => {
      if (end < 0) survey.reason = `line ${problem.line} is too long`;
      else exclude(start, end, problem.line, problem);
    },
    blank: (start, end) => exclude(start, end, 0, null, true),
    full: () => false,
  };
}

/** Whether COPY would read the good record differently, or refuse it. */
function misread(survey: Survey, buf: Buffer, scan: Scan): boolean {
  if ((scan.has & (HAS_STRAY_QUOTE | HAS_ODD_SPACE)) !== 0) return true;
  // At the file's end there may be no line end.
  if (scan.next - scan.end !== survey.ender && scan.next !== scan.end) return true;
  if ((scan.has & HAS_SPECIAL) === 0) return false;
  for (let f = 0; f < scan.count; f++) {
    // An unquoted \N is null to this reader and text to COPY's csv; \. once ended the data.
    const start = scan.starts[f]!;
    const second = buf[start + 1];
    if (scan.ends[f]! - start === 2 && buf[start] === 92 && (second === 78 || second === 46)) return true;
  }
  return false;
}

/** The bytes of one part without the excluded ranges, as COPY takes them. */
export function plainStream(
  source: ByteSource,
  part: PlainPart,
  excluded: readonly ExcludedRange[],
): Readable {
  return Readable.from(plainBytes(source, part, excluded), { objectMode: false, highWaterMark: 1024 * 1024 });
}

async function* plainBytes(
  source: ByteSource,
  part: PlainPart,
  excluded: readonly ExcludedRange[],
): AsyncGenerator<Buffer> {
  const ranges = excluded.filter((range) => range.start < part.end && range.end > part.start);
  const stream = await source.open(part.start, part.end);
  let offset = part.start;
  let next = 0;
  try {
    for await (const piece of stream) {
      const chunk = piece as Buffer;
      let from = 0;
      // Each turn passes one range, or ends.
      while (next < ranges.length && ranges[next]!.start < offset + chunk.length) {
        const range = ranges[next]!;
        const stop = Math.max(range.start - offset, 0);
        if (stop > from) yield chunk.subarray(from, stop);
        from = Math.min(range.end - offset, chunk.length);
        if (range.end > offset + chunk.length) break;
        next++;
      }
      if (from < chunk.length) yield chunk.subarray(from);
      offset += chunk.length;
    }
  } finally {
    stream.destroy();
  }
}
