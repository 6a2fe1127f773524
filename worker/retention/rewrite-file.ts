/**
 * A stored file written anew without some of its records. Text in lines keeps its bytes, the lines left empty. Formats
 * without lines (JSON documents, XML, Parquet, workbooks) become JSON, each record in the line of its number, so that the
 * number in a row's lineage still finds it.
 */
import { Readable } from "node:stream";
import { createGzip, createZstdCompress } from "node:zlib";
import type { ObjectStore, StoredObject } from "../../lib/stores/object/index.ts";
import { type ReopenedFile, widenColumns } from "../load/reopen.ts";
import type { Field } from "../load/types.ts";
import { magicOf } from "../readers/contents.ts";
import { readRecords } from "../readers/index.ts";
import { readRange } from "../readers/source.ts";
import { blankLines, type LineRange, lineEndsOf } from "./blank-lines.ts";

const HEAD = 512;
const IN_LINES = new Set(["csv", "ndjson", "fixed"]);
/** A rewritten file may be larger than what came, by what JSON adds. */
const MAX_BYTES = 1024 ** 4;

async function* asJson(
  open: ReopenedFile,
  fields: readonly Field[],
  ranges: readonly LineRange[],
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  const columns = widenColumns(open, fields);
  let line = 1;
  let next = 0;
  for await (const batch of readRecords(open.source, open.dialect, columns, {
    ragged: "repair",
    raw: false,
    signal,
  })) {
    const parts: string[] = [];
    for (const record of batch) {
      if (record.line > line) parts.push("\n".repeat(record.line - line));
      line = record.line + 1;
      while (next < ranges.length && ranges[next]![1] <= record.line) next++;
      const gone = next < ranges.length && ranges[next]![0] <= record.line;
      const entries = columns.flatMap((name, i) =>
        record.fields[i] === null ? [] : [[name, record.fields[i]]],
      );
      parts.push(gone ? "\n" : `${JSON.stringify(Object.fromEntries(entries))}\n`);
    }
    yield Buffer.from(parts.join(""));
  }
}

export interface Rewritten extends StoredObject {
  as: "same" | "ndjson";
  note: string | null;
}

/** Writes the file under another key. What packed it packs it again; a ZIP archive becomes gzip of what was read of it. */
export async function rewriteFile(
  store: ObjectStore,
  key: string,
  open: ReopenedFile,
  fields: readonly Field[],
  ranges: readonly LineRange[],
  signal: AbortSignal,
): Promise<Rewritten> {
  const inLines = IN_LINES.has(open.dialect.format);
  const packed = magicOf(await readRange(open.stored, 0, HEAD));
  const lines = inLines
    ? blankLines((await open.source.open()) as AsyncIterable<Buffer>, ranges, lineEndsOf(open.dialect))
    : asJson(open, fields, ranges, signal);
  const plain = Readable.from(lines, { objectMode: false });
  const isPacked = packed === "gzip" || packed === "zstd" || (packed === "zip" && inLines);
  let body: Readable = plain;
  if (isPacked) {
    const pack = packed === "zstd" ? createZstdCompress() : createGzip();
    plain.on("error", (error) => pack.destroy(error));
    body = plain.pipe(pack);
  }
  const stored = await store.put(key, body, { maxBytes: MAX_BYTES });
  const notes: string[] = [];
  if (!inLines) notes.push(`${open.dialect.format} was rewritten as JSON, one record a line`);
  if (packed === "zip" && inLines)
    notes.push("the archive was packed again as gzip, with the entries that were loaded");
  return { ...stored, as: inLines ? "same" : "ndjson", note: notes.length > 0 ? notes.join("; ") : null };
}
