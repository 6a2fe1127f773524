/** Names in the document store: databases and collections from our own keys, field names from files' headers. */
import { AppError } from "../../errors.ts";

const IDENTIFIER = /^[a-z][a-z0-9_]{0,57}$/;
/** Longest field name kept, in characters; longer ones are cut. */
const MAX_NAME = 200;

function identifier(name: string, what: string): string {
  if (IDENTIFIER.test(name)) return name;
  throw new AppError("STORE_REFUSED", `not the name of ${what}`, {
    hint: "Names of organizations and datasets are made by the server.",
  });
}

/** The organization's database. The prefix keeps an organization called admin or local off the server's own. */
export function databaseName(orgKey: string): string {
  return `org_${identifier(orgKey, "an organization")}`;
}

/** The collection of a dataset's raw records. */
export function rawCollection(dataset: string): string {
  return `raw_${identifier(dataset, "a dataset")}`;
}

/** A document's identity. */
export function documentId(fileId: string, line: number): string {
  return `${fileId}:${line}`;
}

/** A text that every server takes: NUL is shown as its symbol, half a character as the sign for one. */
export function storable(text: string): string {
  return text.replaceAll("\0", "\u2400").toWellFormed();
}

/**
 * The file's column names as field names of a document. A dot and a dollar sign at the start mean something in
 * queries, so their full-width twins stand for them; a name that comes twice gets its number. files_metadata has the
 * names as the file spells them.
 */
export function fieldNames(columns: readonly string[]): string[] {
  const taken = new Set<string>();
  return columns.map((column, i) => {
    const plain = storable(column.slice(0, MAX_NAME)).replaceAll(".", "\uff0e");
    const base = plain.replace(/^\$/, "\uff04") || `column_${i + 1}`;
    let name = base;
    // Ends: there are fewer names than columns.
    for (let n = 2; taken.has(name); n++) name = `${base} (${n})`;
    taken.add(name);
    return name;
  });
}
