/**
 * XML: a repeated element is a record. Its attributes become columns `@name`, its child elements columns by name, nested
 * ones by path (`address.city`, `address.@country`), its own text `#text`; elements that are repeated within a record
 * become a JSON array. Prefixes of namespaces are left out, empty elements and xsi:nil are null.
 */
import { newBatcher } from "./batches.ts";
import { markupReader, refusedDoctype } from "./markup.ts";
import { MAX_UNKNOWN_FIELDS } from "./ndjson.ts";
import { cutRaw, makeProblem } from "./problems.ts";
import { readRange } from "./source.ts";
import { openUtf8 } from "./stream.ts";
import {
  type ByteSource,
  type Dialect,
  type Inspection,
  MAX_COLUMNS,
  MAX_RECORD_BYTES,
  ReaderError,
  type ReaderRecord,
  type ReadOptions,
  SAMPLE_RECORDS,
} from "./types.ts";

const HEAD_BYTES = 1024 * 1024;
const SAMPLE = 1000;
/** Elements at more paths than this in the head are no table. */
const MAX_PATHS = 10_000;
/** Deeper elements of a record come as the JSON of what is in them. */
const MAX_LEVELS = 6;
/** What an element takes beside its texts. */
const NODE_BYTES = 256;
/** A chunk is parsed in pieces, so that not all its records are at hand at once. */
const PIECE_BYTES = 32 * 1024;
const WHAT = "the file";

interface Node {
  name: string;
  attributes: [string, string][];
  children: Node[];
  text: string;
}

const local = (name: string): string => name.slice(name.indexOf(":") + 1);

function newNode(name: string, attributes: Record<string, string>): Node {
  const kept = Object.entries(attributes)
    .filter(([key]) => key !== "xmlns" && !key.startsWith("xmlns:"))
    .map(([key, value]): [string, string] => [local(key), value]);
  return { name: local(name), attributes: kept, children: [], text: "" };
}

type Json = string | null | Json[] | { [key: string]: Json };

function isNil(node: Node): boolean {
  return node.attributes.some(([name, value]) => name === "nil" && /^(?:true|1)$/.test(value));
}

/** An element as JSON: its text where there is nothing else, else an object. */
function jsonOf(node: Node): Json {
  const text = node.text.trim();
  if (isNil(node)) return null;
  if (node.attributes.length === 0 && node.children.length === 0) return text === "" ? null : text;
  const object: { [key: string]: Json } = Object.create(null) as { [key: string]: Json };
  for (const [name, value] of node.attributes) object[`@${name}`] = value;
  for (const [name, same] of byName(node.children))
    object[name] = same.length === 1 ? jsonOf(same[0]!) : same.map(jsonOf);
  if (text !== "") object["#text"] = text;
  return object;
}

function byName(nodes: readonly Node[]): Map<string, Node[]> {
  const groups = new Map<string, Node[]>();
  for (const node of nodes) {
    const group = groups.get(node.name);
    if (group === undefined) groups.set(node.name, [node]);
    else group.push(node);
  }
  return groups;
}

/** A record element's columns. `repeated` gathers columns whose element comes more than once. */
function flatten(
  record: Node,
  arrays: ReadonlySet<string>,
  repeated: Set<string>,
): Map<string, string | null> {
  const columns = new Map<string, string | null>();
  const walk = (node: Node, prefix: string, level: number): void => {
    for (const [name, value] of node.attributes) if (name !== "nil") columns.set(`${prefix}@${name}`, value);
    for (const [name, same] of byName(node.children)) {
      const column = prefix + name;
      if (same.length > 1) repeated.add(column);
      const first = same[0]!;
      if (same.length > 1 || arrays.has(column)) columns.set(column, JSON.stringify(same.map(jsonOf)));
      else if (level >= MAX_LEVELS && first.children.length > 0)
        columns.set(column, JSON.stringify(jsonOf(first)));
      else {
        const text = first.text.trim();
        if (text !== "" || first.children.length === 0)
          columns.set(column, text === "" || isNil(first) ? null : text);
        walk(first, `${column}.`, level + 1);
      }
    }
  };
  const text = record.text.trim();
  walk(record, "", 1);
  if (text !== "") columns.set("#text", text);
  return columns;
}

/** Whether the open elements end with the wanted path. */
function matchesPath(open: readonly string[], wanted: readonly string[]): boolean {
  if (wanted.length > open.length) return false;
  return wanted.every((name, i) => open[open.length - wanted.length + i] === name);
}

function pathOf(element: string | undefined): string[] {
  return (element ?? "")
    .split("/")
    .filter((part) => part !== "")
    .map(local);
}

interface Found {
  number: number;
  node: Node;
  bytes: number;
}

/** Elements of the wanted path, in order. Errors: ReaderError of markupReader; too_large. */
async function* elements(
  source: ByteSource,
  dialect: Dialect,
  signal?: AbortSignal,
): AsyncGenerator<Found[]> {
  const wanted = pathOf(dialect.element);
  const open: string[] = [];
  let stack: Node[] = [];
  let ready: Found[] = [];
  let number = 0;
  let bytes = 0;
  const grow = (size: number): void => {
    bytes += size;
    if (bytes <= MAX_RECORD_BYTES) return;
    throw new ReaderError(
      "too_large",
      `record ${number} of the file is longer than ${MAX_RECORD_BYTES} characters (line ${reader.line()})`,
      "Choose the element that is one record with the option element.",
    );
  };
  const reader = markupReader(WHAT, {
    open: (name, attributes) => {
      open.push(local(name));
      if (stack.length === 0) {
        if (!matchesPath(open, wanted)) return;
        number++;
        bytes = 0;
      }
      const node = newNode(name, attributes);
      grow(
        name.length +
          node.attributes.reduce((sum, [key, value]) => sum + key.length + value.length + 64, NODE_BYTES),
      );
      stack.at(-1)?.children.push(node);
      stack.push(node);
    },
    close: () => {
      open.pop();
      const node = stack.pop();
      if (node === undefined || stack.length > 0) return;
      ready.push({ number, node, bytes });
      stack = [];
    },
    text: (text) => {
      const node = stack.at(-1);
      if (node === undefined) return;
      grow(text.length);
      node.text += text;
    },
  });
  const { chunks } = await openUtf8(source, dialect, signal);
  const decoder = new TextDecoder("utf-8", { fatal: true });
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += PIECE_BYTES) {
      reader.write(decode(decoder, chunk.subarray(at, at + PIECE_BYTES), reader.line()));
      if (ready.length === 0) continue;
      yield ready;
      ready = [];
    }
  }
  reader.write(decode(decoder, null, reader.line()));
  reader.end();
  if (ready.length > 0) yield ready;
}

function decode(decoder: TextDecoder, chunk: Buffer | null, line: number): string {
  try {
    return chunk === null ? decoder.decode() : decoder.decode(chunk, { stream: true });
  } catch (cause) {
    throw new ReaderError(
      "damaged",
      `bytes behind line ${line} are not valid in the file's encoding`,
      "Save the file as UTF-8, or declare the encoding it is written in.",
      { cause },
    );
  }
}

/** Reads XML records; see readRecords. A record's number stands for its line. */
export async function* readXml(
  source: ByteSource,
  dialect: Dialect,
  columns: readonly string[],
  options: ReadOptions = {},
): AsyncGenerator<ReaderRecord[]> {
  const batcher = newBatcher(options);
  const arrays = new Set(dialect.arrays ?? []);
  const known = new Set(columns);
  const unknown = new Set<string>();
  for await (const found of elements(source, dialect, options.signal)) {
    for (const { number, node, bytes } of found) {
      if (!batcher.wants(number)) continue;
      const values = flatten(node, arrays, new Set());
      const fields = columns.map((name) => values.get(name) ?? null);
      const stranger = [...values.keys()].find((name) => !known.has(name) && !unknown.has(name));
      const record: ReaderRecord = { line: number, fields, raw: "" };
      if ((options.raw ?? true) || stranger !== undefined) record.raw = cutRaw(JSON.stringify(jsonOf(node)));
      if (stranger !== undefined && unknown.size < MAX_UNKNOWN_FIELDS) {
        unknown.add(stranger);
        record.warning = makeProblem("unknown_field", number, cutRaw(stranger).slice(0, 200), record.raw);
      }
      batcher.add(record, bytes);
      if (batcher.full()) yield batcher.take();
    }
    if (batcher.done()) break;
  }
  const rest = batcher.take();
  if (rest.length > 0) yield rest;
}

interface PathCount {
  path: string[];
  count: number;
  /** Elements within, attributes too: what a record would hold. */
  inner: number;
  first: number;
}

/** Counts elements by path in the head, whose end may cut one off. */
function survey(text: string, whole: boolean): PathCount[] {
  const open: string[] = [];
  const counts = new Map<string, PathCount>();
  const reader = markupReader(WHAT, {
    open: (name, attributes) => {
      open.push(local(name));
      const key = open.join("/");
      const known = counts.get(key);
      if (known !== undefined) known.count++;
      else if (counts.size < MAX_PATHS)
        counts.set(key, { path: [...open], count: 1, inner: 0, first: counts.size });
      for (let depth = 1; depth < open.length; depth++) {
        const above = counts.get(open.slice(0, depth).join("/"));
        if (above !== undefined) above.inner++;
      }
      counts.get(key)!.inner += Object.keys(attributes).length;
    },
    close: () => {
      open.pop();
    },
    text: () => undefined,
  });
  try {
    reader.write(text);
    if (whole) reader.end();
  } catch (error) {
    if (whole || !(error instanceof ReaderError) || error.code !== "damaged" || counts.size === 0)
      throw error;
  }
  return [...counts.values()];
}

/** The element that is repeated and nearest to the root; of several the one that holds most. */
function chooseElement(counts: readonly PathCount[]): { path: string; evidence: string } {
  const many = new Set(counts.filter((one) => one.count > 1).map((one) => one.path.join("/")));
  const outer = counts.filter(
    (one) => one.count > 1 && !one.path.slice(1).some((_, i) => many.has(one.path.slice(0, i + 1).join("/"))),
  );
  const best = [...outer].sort((a, b) => b.inner + b.count - a.inner - a.count || a.first - b.first)[0];
  if (best !== undefined) {
    const path = best.path.join("/");
    const others = outer.filter((one) => one !== best).slice(0, 5);
    const beside =
      others.length === 0 ? "" : `; also repeated: ${others.map((one) => one.path.join("/")).join(", ")}`;
    return {
      path,
      evidence: `record element ${path}: it comes ${best.count} times in the part looked at${beside}`,
    };
  }
  // One record only: the child that has something in it, else the root.
  const child = counts.find((one) => one.path.length === 2 && one.inner > 0);
  const only = child ?? counts[0];
  if (only === undefined)
    throw new ReaderError("empty_file", "the file holds no element", "Upload another one.");
  const path = only.path.join("/");
  return {
    path,
    evidence: `record element ${path}: no element is repeated, so it is taken as the only record`,
  };
}

/** The encoding that the declaration names; null where there is none. */
export function declaredEncoding(head: Buffer): string | null {
  const text = head.toString("latin1", 0, 200);
  return (
    /^(?:\u00ef\u00bb\u00bf)?<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z][\w.-]*)["']/
      .exec(text)?.[1]
      ?.toLowerCase() ?? null
  );
}

export function looksLikeXml(text: string): boolean {
  return /^\ufeff?\s*(?:<\?xml\s|<!--|<!DOCTYPE\s|<[A-Za-z_][\w:.-]*(?:\s[^<]*)?\/?>)/i.test(text);
}

/** Finds the record element and the columns. Errors: ReaderError refused, damaged, empty_file, too_large. */
export async function inspectXml(
  source: ByteSource,
  base: Dialect,
  overrides: Partial<Dialect>,
  evidence: readonly string[],
): Promise<Inspection> {
  const head = await readRange(source, 0, HEAD_BYTES);
  const whole = source.size !== null && source.size <= head.length;
  const text = new TextDecoder(base.encoding).decode(head);
  if (/^\ufeff?\s*(?:<!doctype\s+html|<html[\s>])/i.test(text)) {
    throw new ReaderError(
      "unsupported_format",
      "the file is a web page (HTML)",
      "Save its table as CSV or xlsx.",
    );
  }
  if (/<!DOCTYPE/i.test(text.slice(0, 100_000).replace(/<!--[\s\S]*?-->/g, ""))) throw refusedDoctype(WHAT);
  const chosen =
    overrides.element === undefined
      ? chooseElement(survey(text, whole))
      : { path: overrides.element, evidence: `record element ${overrides.element}: as declared` };
  const dialect: Dialect = { ...base, format: "xml", headerLines: 0, element: chosen.path };
  const names = new Set<string>();
  const repeated = new Set<string>();
  let seen = 0;
  for await (const found of elements(source, dialect)) {
    for (const { node } of found) {
      if (seen++ >= SAMPLE) break;
      for (const name of flatten(node, new Set(), repeated).keys())
        if (names.size <= MAX_COLUMNS) names.add(name);
    }
    if (seen >= SAMPLE) break;
  }
  if (seen === 0) {
    throw new ReaderError(
      overrides.element === undefined ? "empty_file" : "needs_choice",
      `the file has no element ${chosen.path.slice(0, 200)}`,
      `Name the record element or its path, for example ${survey(text, whole)
        .slice(0, 5)
        .map((one) => one.path.join("/"))
        .join(", ")}.`,
    );
  }
  if (names.size > MAX_COLUMNS) {
    throw new ReaderError(
      "too_wide",
      `records have more than ${MAX_COLUMNS} columns`,
      "Choose a smaller element with the option element.",
    );
  }
  // Within a repeated element there are no columns of its own.
  dialect.arrays = [...repeated];
  const columns = [...names].filter((name) => !dialect.arrays!.some((array) => name.startsWith(`${array}.`)));
  const sample: (string | null)[][] = [];
  for await (const batch of readXml(source, dialect, columns)) {
    sample.push(...batch.slice(0, SAMPLE_RECORDS - sample.length).map((record) => record.fields));
    if (sample.length >= SAMPLE_RECORDS) break;
  }
  const lists =
    repeated.size === 0
      ? []
      : [`repeated within a record, so JSON arrays: ${[...repeated].slice(0, 10).join(", ")}`];
  return {
    dialect,
    columns,
    plain: false,
    evidence: [...evidence, "format xml: the file begins with markup", chosen.evidence, ...lists],
    problems: [],
    sample,
  };
}
