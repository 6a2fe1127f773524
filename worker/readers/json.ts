/**
 * JSON documents: the records are the elements of an array at a path. The document is scanned byte by byte and only one
 * record at a time is parsed.
 */
import { newBatcher } from "./batches.ts";
import { jsonScanner, type Scanned } from "./json-scan.ts";
import { MAX_UNKNOWN_FIELDS, parseJsonRecord } from "./ndjson.ts";
import { cutRaw, makeProblem } from "./problems.ts";
import { readRange } from "./source.ts";
import { openUtf8 } from "./stream.ts";
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

const HEAD_BYTES = 1024 * 1024;
const SAMPLE = 1000;
const SAMPLE_BYTES = 8 * 1024 * 1024;
const MAX_PATH = 64;
/** A chunk is scanned in pieces, so that not all its records are at hand at once. */
const PIECE_BYTES = 32 * 1024;

/** `data.items`, `$.data.items[*]` or the JSON pointer `/data/items` as steps. Errors: ReaderError bad_dialect. */
export function parsePath(path: string): string[] {
  const trimmed = path.trim();
  let steps: string[];
  if (trimmed.startsWith("/")) {
    steps = trimmed
      .slice(1)
      .split("/")
      .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
  } else {
    const bare = trimmed.replace(/^\$\.?/, "").replace(/\[\*\]$/, "");
    steps = bare === "" ? [] : bare.replace(/\[\*\]/g, ".*").split(".");
  }
  if (steps.length > MAX_PATH || steps.some((step) => step === "")) {
    throw new ReaderError(
      "bad_dialect",
      `the path ${JSON.stringify(path.slice(0, 100))} to the records cannot be read`,
      "Write it as data.items, $.data.items[*] or /data/items; * stands for every element of an array.",
    );
  }
  return steps;
}

async function* scan(source: ByteSource, dialect: Dialect, signal?: AbortSignal): AsyncGenerator<Scanned[]> {
  const scanner = jsonScanner(parsePath(dialect.records ?? ""));
  const { chunks } = await openUtf8(source, dialect, signal);
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += PIECE_BYTES) {
      scanner.write(chunk.subarray(at, at + PIECE_BYTES));
      if (scanner.ready.length > 0) yield scanner.ready.splice(0);
    }
  }
  scanner.end();
  if (scanner.ready.length > 0) yield scanner.ready.splice(0);
}

/** Reads the records of a JSON document; see readRecords. A record's number stands for its line. */
export async function* readJson(
  source: ByteSource,
  dialect: Dialect,
  columns: readonly string[],
  options: ReadOptions = {},
): AsyncGenerator<ReaderRecord[]> {
  const batcher = newBatcher(options);
  const known = new Set(columns);
  const unknown = new Set<string>();
  for await (const found of scan(source, dialect, options.signal)) {
    for (const one of found) {
      if (!batcher.wants(one.number)) continue;
      const { object, problem, raw } = parseJsonRecord({
        line: one.number,
        bytes: one.bytes,
        head: one.head,
      });
      const record: ReaderRecord = {
        line: one.number,
        fields: columns.map((name) => object?.get(name) ?? null),
        raw,
      };
      if (problem !== null) record.problem = problem;
      else if (object !== null) {
        for (const name of object.keys()) {
          if (known.has(name) || unknown.has(name) || unknown.size >= MAX_UNKNOWN_FIELDS) continue;
          unknown.add(name);
          record.warning ??= makeProblem("unknown_field", one.number, cutRaw(name).slice(0, 200), raw);
        }
      }
      batcher.add(record, one.head.length);
      if (batcher.full()) yield batcher.take();
    }
    if (batcher.done()) break;
  }
  const rest = batcher.take();
  if (rest.length > 0) yield rest;
}

interface Candidate {
  path: string[];
  objects: number;
  bytes: number;
}

/** Arrays of objects in the head, those within other records apart. */
async function candidates(source: ByteSource, dialect: Dialect): Promise<Candidate[]> {
  const found = new Map<string, Candidate>();
  const scanner = jsonScanner(["\0"], (steps, bytes) => {
    // The array's own path: its last step is the element.
    const path = steps.slice(0, -1);
    const key = JSON.stringify(path);
    const known = found.get(key) ?? { path, objects: 0, bytes: 0 };
    known.objects++;
    known.bytes += bytes;
    if (found.size < 1000) found.set(key, known);
  });
  const head = await readRange(source, 0, HEAD_BYTES);
  const text = new TextDecoder(dialect.encoding).decode(head, { stream: true });
  try {
    scanner.write(Buffer.from(text, "utf8"));
  } catch (error) {
    if (!(error instanceof ReaderError)) throw error;
  }
  return [...found.values()].filter((one) => !one.path.includes("*"));
}

function pathText(path: readonly string[]): string {
  const plain = path.every((step) => /^[^./~*$]+$/.test(step));
  if (plain) return path.join(".");
  return `/${path.map((step) => step.replaceAll("~", "~0").replaceAll("/", "~1")).join("/")}`;
}

async function choosePath(
  source: ByteSource,
  dialect: Dialect,
  declared: string | undefined,
): Promise<{ path: string; evidence: string }> {
  if (declared !== undefined) {
    parsePath(declared);
    return {
      path: declared,
      evidence: `records at ${declared === "" ? "the document itself" : declared}: as declared`,
    };
  }
  const found = (await candidates(source, dialect)).sort((a, b) => b.bytes - a.bytes);
  const best = found[0];
  if (best === undefined)
    return { path: "", evidence: "records at the document itself: no array of objects was found in it" };
  const others = found.slice(1, 6).map((one) => `${pathText(one.path)} (${one.objects})`);
  const path = pathText(best.path);
  const where = path === "" ? "the document, an array" : path;
  const beside = others.length > 0 ? `; other arrays of objects: ${others.join(", ")}` : "";
  return { path, evidence: `records at ${where}: ${best.objects} objects in the part looked at${beside}` };
}

/** Finds the path to the records and their fields. Errors: ReaderError damaged, empty_file, needs_choice, bad_dialect. */
export async function inspectJson(
  source: ByteSource,
  base: Dialect,
  overrides: Partial<Dialect>,
  evidence: readonly string[],
): Promise<Inspection> {
  const dialect: Dialect = { ...base, format: "json", headerLines: 0 };
  const chosen = await choosePath(source, dialect, overrides.records);
  dialect.records = chosen.path;
  const names = new Set<string>();
  const problems: ReaderProblem[] = [];
  const objects: Map<string, string | null>[] = [];
  let bytes = 0;
  let seen = 0;
  for await (const found of scan(source, dialect)) {
    for (const one of found) {
      const { object, problem } = parseJsonRecord({ line: one.number, bytes: one.bytes, head: one.head });
      seen++;
      bytes += one.head.length;
      if (problem !== null && problems.length < 20) problems.push(problem);
      if (object === null) continue;
      for (const name of object.keys()) if (names.size < MAX_COLUMNS) names.add(name);
      objects.push(object);
    }
    if (seen >= SAMPLE || bytes > SAMPLE_BYTES) break;
  }
  if (objects.length === 0) throw await noRecords(source, dialect, seen, overrides.records);
  const columns = [...names];
  return {
    dialect,
    columns,
    plain: false,
    evidence: [
      ...evidence,
      "format json: the file is a JSON document",
      chosen.evidence,
      `${objects.length} records looked at have ${columns.length} fields in all`,
    ],
    problems,
    sample: objects.slice(0, SAMPLE_RECORDS).map((object) => columns.map((name) => object.get(name) ?? null)),
  };
}

async function noRecords(
  source: ByteSource,
  dialect: Dialect,
  seen: number,
  declared: string | undefined,
): Promise<ReaderError> {
  const others = (await candidates(source, dialect)).map((one) => pathText(one.path) || "(the document)");
  const where = dialect.records === "" ? "the document" : `the path ${dialect.records}`;
  const hint =
    others.length > 0
      ? `Arrays of objects are at: ${others.slice(0, 10).join(", ")}.`
      : "Records are objects: write an array of objects, or one object per line.";
  if (seen > 0) {
    return new ReaderError(
      "unsupported_format",
      `what stands at ${where} are no objects, so they are no records`,
      hint,
    );
  }
  return declared === undefined
    ? new ReaderError("empty_file", "the file holds no record", hint)
    : new ReaderError("needs_choice", `there is no record at ${where}`, hint);
}
