/** NDJSON: one JSON object per line. Fields become columns; nested values are given as JSON text. */
import { cutRaw, makeProblem } from "./problems.ts";
import { openUtf8 } from "./stream.ts";
import {
  type ByteSource,
  type Dialect,
  MAX_COLUMNS,
  MAX_RECORD_BYTES,
  type ReaderProblem,
  type ReaderRecord,
  type ReadOptions,
} from "./types.ts";

/** Unknown fields are reported by name up to this many; later ones only make `true` of "there are more". */
export const MAX_UNKNOWN_FIELDS = 100;
const BATCH = 1000;

/** One line as bytes; `bytes` is null for a line over MAX_RECORD_BYTES, whose beginning is `head`. */
export interface Line {
  line: number;
  bytes: Buffer | null;
  head: Buffer;
}

export async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<Line> {
  let rest: Buffer[] = [];
  let restBytes = 0;
  let line = 1;
  let long: Buffer | null = null;
  for await (const chunk of chunks) {
    let from = 0;
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, from)) {
      if (long !== null) yield { line, bytes: null, head: long };
      else {
        const piece = chunk.subarray(from, at);
        const bytes = restBytes === 0 ? piece : Buffer.concat([...rest, piece]);
        yield bytes.length > MAX_RECORD_BYTES
          ? { line, bytes: null, head: bytes }
          : { line, bytes, head: bytes };
      }
      rest = [];
      restBytes = 0;
      long = null;
      line++;
      from = at + 1;
    }
    if (from < chunk.length && long === null) {
      rest.push(chunk.subarray(from));
      restBytes += chunk.length - from;
      if (restBytes > MAX_RECORD_BYTES) {
        long = Buffer.from(Buffer.concat(rest).subarray(0, 65536));
        rest = [];
        restBytes = 0;
      }
    }
  }
  if (long !== null) yield { line, bytes: null, head: long };
  else if (restBytes > 0) {
    const bytes = Buffer.concat(rest);
    yield { line, bytes, head: bytes };
  }
}

/** The text of a value as the loader casts it: strings as they are, nested values as JSON text. */
export function jsonField(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value === "string") return value;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

const DECODER = new TextDecoder("utf-8", { fatal: true });

interface Parsed {
  object: Map<string, string | null> | null;
  problem: ReaderProblem | null;
  raw: string;
}

/** One object of a JSON text, its numbers as written. `line` is what its problems name. */
export function parseJsonRecord({ line, bytes, head }: Line): Parsed {
  const raw = cutRaw(head.subarray(0, 65536).toString("utf8"));
  if (bytes === null) return { object: null, raw, problem: makeProblem("too_long", line, null, raw) };
  let text: string;
  try {
    text = DECODER.decode(bytes);
  } catch {
    return { object: null, raw, problem: makeProblem("encoding", line, null, raw) };
  }
  try {
    const value: unknown = JSON.parse(text, keepNumber);
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      const what = Array.isArray(value) ? "an array" : value === null ? "null" : `a ${typeof value}`;
      return {
        object: null,
        raw,
        problem: makeProblem("json", line, null, raw, { text: `the line is ${what}` }),
      };
    }
    const object = new Map<string, string | null>();
    for (const [name, item] of Object.entries(value)) {
      const field = jsonField(item);
      if (field?.includes("\0"))
        return { object: null, raw, problem: makeProblem("nul_byte", line, name, raw) };
      object.set(name, field);
    }
    return { object, raw, problem: null };
  } catch (error) {
    const detail = error instanceof Error ? error.message : "cannot be parsed";
    return {
      object: null,
      raw,
      problem: makeProblem("json", line, null, raw, { text: detail.slice(0, 200) }),
    };
  }
}

/**
 * Numbers keep the digits they are written with: 12345678901234567890 and 1.10 would change as JavaScript numbers.
 * At the top level they come as text; within nested values only those that would change do.
 */
function keepNumber(this: unknown, _key: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value !== "number" || context?.source === undefined) return value;
  return String(value) === context.source ? value : new JsonNumber(context.source);
}

/** A number as written. JSON.stringify takes rawJSON where the platform has it. */
class JsonNumber {
  readonly source: string;
  constructor(source: string) {
    this.source = source;
  }
  toString(): string {
    return this.source;
  }
  toJSON(): unknown {
    return rawJson(this.source);
  }
}

const rawJson: (source: string) => unknown =
  (JSON as unknown as { rawJSON?: (source: string) => unknown }).rawJSON ?? ((source) => Number(source));

/** Reads NDJSON records; see readRecords. A field that is no column is reported once, its record not lost. */
export async function* readJsonRecords(
  source: ByteSource,
  dialect: Dialect,
  columns: readonly string[],
  options: ReadOptions = {},
): AsyncGenerator<ReaderRecord[]> {
  const { chunks } = await openUtf8(source, dialect, options.signal);
  const only = options.onlyLines === undefined ? null : new Set(options.onlyLines);
  const known = new Set(columns);
  const unknown = new Set<string>();
  let batch: ReaderRecord[] = [];
  let bytes = 0;
  for await (const line of linesOf(chunks)) {
    if (line.line <= dialect.preambleLines || isBlank(line.head)) continue;
    if (only !== null && !only.has(line.line)) continue;
    const { object, problem, raw } = parseJsonRecord(line);
    const fields = columns.map((name) => object?.get(name) ?? null);
    const record: ReaderRecord = { line: line.line, fields, raw };
    const warning = object === null ? null : unknownField(object, known, unknown, line.line, raw);
    if (problem !== null) record.problem = problem;
    else if (warning !== null) record.warning = warning;
    batch.push(record);
    bytes += line.head.length;
    if (batch.length >= BATCH || bytes > 4 * 1024 * 1024) {
      yield batch;
      batch = [];
      bytes = 0;
    }
  }
  if (batch.length > 0) yield batch;
}

function unknownField(
  object: Map<string, string | null>,
  known: Set<string>,
  unknown: Set<string>,
  line: number,
  raw: string,
): ReaderProblem | null {
  let found: ReaderProblem | null = null;
  for (const name of object.keys()) {
    if (known.has(name) || unknown.has(name) || unknown.size >= MAX_UNKNOWN_FIELDS) continue;
    unknown.add(name);
    found ??= makeProblem("unknown_field", line, cutRaw(name).slice(0, 200), raw);
  }
  return found;
}

function isBlank(bytes: Buffer): boolean {
  return bytes.length < 64 && bytes.toString("latin1").trim() === "";
}

/** Union of the keys of the first `lines` objects, in the order first seen, at most MAX_COLUMNS. */
export async function jsonColumns(
  source: ByteSource,
  dialect: Dialect,
  limit: number,
): Promise<{ columns: string[]; objects: number; problems: ReaderProblem[]; rows: ReaderRecord[] }> {
  const { chunks } = await openUtf8(source, dialect);
  const names = new Set<string>();
  const problems: ReaderProblem[] = [];
  const objects: { line: number; raw: string; object: Map<string, string | null> }[] = [];
  let bytes = 0;
  for await (const line of linesOf(chunks)) {
    if (line.line <= dialect.preambleLines || isBlank(line.head)) continue;
    const { object, problem, raw } = parseJsonRecord(line);
    if (problem !== null && problems.length < 20) problems.push(problem);
    if (object !== null) {
      for (const name of object.keys()) if (names.size < MAX_COLUMNS) names.add(name);
      objects.push({ line: line.line, raw, object });
    }
    bytes += line.head.length;
    if (objects.length + problems.length >= limit || bytes > 8 * 1024 * 1024) break;
  }
  const columns = [...names];
  const rows = objects.map(({ line, raw, object }) => ({
    line,
    raw,
    fields: columns.map((name) => object.get(name) ?? null),
  }));
  return { columns, objects: objects.length, problems, rows };
}
