/** What steps made, given out: samples for people, files for the loader. */
import type { Readable } from "node:stream";
import { to as copyTo } from "pg-copy-streams";
import { RESERVED_FIELD_NAMES } from "../../lib/contract/names.ts";
import { type Column, quoteName } from "../../lib/expressions/compile.ts";
import type { ObjectStore, StoredObject } from "../../lib/stores/object/index.ts";
import { fileKey } from "../../lib/stores/object/keys.ts";
import { LINE, type Result, type Sandbox, type Table, TransformError } from "./types.ts";

export const SAMPLE_ROWS = 20;
const SAMPLE_CHARACTERS = 200;
/** Columns shown of a row. */
const SAMPLE_COLUMNS = 100;
/** Largest file that a pipeline may make. */
const MAX_RESULT_BYTES = 20 * 1024 ** 3;

/** The first rows of a table, values as text and cut. */
export async function sampleOf(sandbox: Sandbox, table: Table): Promise<(string | null)[][]> {
  const list = table.columns
    .slice(0, SAMPLE_COLUMNS)
    .map((c) => `left(${quoteName(c.name)}::text, ${SAMPLE_CHARACTERS})`)
    .join(", ");
  if (list === "") return [];
  const { rows } = await sandbox.run<{ v: (string | null)[] }>(
    `select array[${list}]::text[] as v from ${table.name} limit ${SAMPLE_ROWS}`,
  );
  return rows.map((row) => row.v);
}

/** The columns of a result that are loaded: not the line, nor what a dataset's view adds to its rows. */
export function resultColumns(table: Table): Column[] {
  return table.columns.filter((c) => c.name !== LINE && !RESERVED_FIELD_NAMES.has(c.name));
}

const TYPES: [RegExp, string][] = [
  [/^(smallint|integer)$/, "integer"],
  [/^bigint$/, "bigint"],
  [/^numeric(\(\d+,\d+\))?$/, ""],
  [/^(real|double precision)$/, "numeric"],
  [/^boolean$/, "boolean"],
  [/^date$/, "date"],
  [/^timestamp/, "timestamptz"],
  [/^time without/, "time"],
  [/^uuid$/, "uuid"],
  [/^jsonb?$/, "jsonb"],
  [/^text\[\]$/, "text[]"],
];

function fieldType(sqlType: string): string {
  const found = TYPES.find(([pattern]) => pattern.test(sqlType));
  return found === undefined ? "text" : found[1] || sqlType;
}

/**
 * The contract of a dataset that is made by a pipeline: the types that its steps gave. null where they gave none, all is
 * text: then the first load infers them, as of any file.
 */
export function contractOf(result: Result): { name: string; type: string; required: boolean }[] | null {
  const columns = resultColumns(result.table);
  if (columns.every((c) => fieldType(c.type) === "text")) return null;
  const key = result.output.key_fields ?? [];
  return columns.map((c) => ({ name: c.name, type: fieldType(c.type), required: key.includes(c.name) }));
}

export interface StoredResult {
  key: string;
  stored: StoredObject;
}

/** Writes a result as CSV into the object store. Texts are quoted, so that they stay what they are. */
export async function storeResult(
  sandbox: Sandbox,
  store: ObjectStore,
  orgId: string,
  { table, step }: Result,
): Promise<StoredResult> {
  const columns = resultColumns(table);
  if (columns.length === 0)
    throw new TransformError("IN065", "the result has no column", {
      step: step ?? 0,
      hint: "Keep or derive one.",
    });
  const names = columns.map((c) => quoteName(c.name)).join(", ");
  const texts = columns.filter((c) => fieldType(c.type) === "text").map((c) => quoteName(c.name));
  const quote = texts.length > 0 ? `, force_quote (${texts.join(", ")})` : "";
  const key = fileKey(orgId);
  const body = sandbox.client.query(
    copyTo(
      `copy (select ${names} from ${table.name}) to stdout (format csv, header true, encoding 'UTF8'${quote})`,
    ),
  );
  // A store that fails before it reads leaves the stream without anybody to hear of its end.
  body.on("error", () => undefined);
  const stored = await store.put(key, body as unknown as Readable, { maxBytes: MAX_RESULT_BYTES });
  return { key, stored };
}
