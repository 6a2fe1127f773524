/** Writes tables in any dialect, makes endless sources, and finds the benchmark's files. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import type { ByteSource, Dialect } from "../../worker/readers/types.ts";

export type Cell = string | null;

export const PLAIN: Dialect = {
  format: "csv",
  encoding: "utf-8",
  bom: false,
  delimiter: ",",
  quote: '"',
  escape: '"',
  recordTerminator: "\n",
  preambleLines: 0,
  headerLines: 1,
  footnoteLines: 0,
  skipInitialSpace: false,
  trailingDelimiter: false,
  shortRows: false,
};

/** A proper field of a dialect: quoted where it must be, or everywhere with `always`. */
function writeField(value: Cell, dialect: Dialect, always: boolean): string {
  const { delimiter, quote } = dialect;
  const mark = dialect.escape ?? "";
  if (value === null) return "";
  if (quote === null) return value;
  const needed =
    value === "" ||
    value === "\\N" ||
    /[\r\n]/.test(value) ||
    value.includes(delimiter[0]!) ||
    value.includes(quote) ||
    /^\s|\s$/.test(value);
  if (!needed && !always) return value;
  const escaped =
    mark === quote
      ? value.replaceAll(quote, quote + quote)
      : value.replaceAll(mark, mark + mark).replaceAll(quote, mark + quote);
  return quote + escaped + quote;
}

/** The table as text in the dialect. null is the empty unquoted field. */
export function writeTable(rows: readonly (readonly Cell[])[], dialect: Dialect, always = false): string {
  const end = dialect.recordTerminator === "mixed" ? "\n" : dialect.recordTerminator;
  return rows
    .map((row) => row.map((cell) => writeField(cell, dialect, always)).join(dialect.delimiter) + end)
    .join("");
}

/** Text in one of the encodings that Node can write, byte order mark in front where wanted. */
export function encode(text: string, encoding: string, bom = false): Buffer {
  const marked = bom ? `\uFEFF${text}` : text;
  if (encoding === "utf-16le") return Buffer.from(marked, "utf16le");
  if (encoding === "utf-16be") return Buffer.from(marked, "utf16le").swap16();
  return Buffer.from(marked, encoding === "windows-1252" ? "latin1" : "utf8");
}

/** A source of `total` bytes that are never all in memory: `head`, then `filler` over and over, then `tail`. */
export function endlessSource(
  head: string,
  filler: string,
  total: number,
  tail: string,
  chunkBytes = 1 << 20,
): ByteSource {
  const block = Buffer.from(filler.repeat(Math.ceil(chunkBytes / Buffer.byteLength(filler))));
  const parts = function* (): Generator<Buffer> {
    yield Buffer.from(head);
    for (let sent = 0; sent < total; sent += block.length) yield block;
    yield Buffer.from(tail);
  };
  return {
    size: null,
    open: (start = 0, end = Number.POSITIVE_INFINITY) => Readable.from(cut(parts(), start, end)),
  };
}

function* cut(parts: Iterable<Buffer>, start: number, end: number): Generator<Buffer> {
  let at = 0;
  for (const part of parts) {
    if (at >= end) return;
    const piece = part.subarray(Math.max(0, start - at), Math.max(0, Math.min(part.length, end - at)));
    if (piece.length > 0) yield piece;
    at += part.length;
  }
}

/** Public data for trials, beside the project; absent on most machines. */
export const SHARED_DATA = join(import.meta.dirname, "../../../shared/data");

/** Says once why tests are skipped, and whether the folder is there. */
export function hasShared(folder: string): boolean {
  const found = existsSync(join(SHARED_DATA, folder));
  if (!found) process.stderr.write(`skipped: ../shared/data/${folder} is absent\n`);
  return found;
}
