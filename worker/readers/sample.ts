/** Reads a sample under a dialect that is only being tried: any width is good, broken quotes are counted. */

import { valuesOf } from "./fields.ts";
import { BROKEN_PRICE, rereadLine } from "./reread.ts";
import { compileSyntax, HAS_STRAY_QUOTE, MORE, newScan, RECORD, scanRecord } from "./syntax.ts";
import type { Dialect } from "./types.ts";

export interface SampleRow {
  /** 1-based physical line. */
  line: number;
  values: (string | null)[];
  /** The quotes of this row do not fit the dialect. */
  broken: boolean;
  quotedFields: number;
  strayQuote: boolean;
  /** The line as it stands, where its quotes do not fit the dialect. */
  raw: string | null;
}

const scan = newScan();

/**
 * Rows of `bytes` (UTF-8). A record that the end of the sample cuts off is left out, unless `whole` says that the
 * sample is the whole file.
 */
export function sampleRows(bytes: Buffer, dialect: Dialect, whole: boolean, limit: number): SampleRow[] {
  const syntax = compileSyntax(dialect);
  const rows: SampleRow[] = [];
  let pos = 0;
  let line = 1;
  while (pos < bytes.length && rows.length < limit) {
    const first = bytes[pos];
    if (first === 10 || first === 13) {
      pos += first === 13 && bytes[pos + 1] === 10 ? 2 : 1;
      line++;
      continue;
    }
    let status = scanRecord(syntax, scan, bytes, pos, bytes.length, whole);
    const broken = status !== RECORD && !(status === MORE && scan.lines === 1 && bytes.indexOf(10, pos) < 0);
    let raw: string | null = null;
    if (status !== RECORD) {
      // The physical line alone, with quotes that close nothing taken as text.
      const end = lineEnd(bytes, pos, syntax.crEnds);
      if (end < 0 && !whole) break;
      const stop = end < 0 ? bytes.length : end + 1;
      raw = bytes.toString("utf8", pos, stop).replace(/[\r\n]+$/, "");
      status = scanRecord(syntax, scan, bytes, pos, stop, true, true);
      if (status !== RECORD) {
        rows.push({
          line,
          values: raw.split(dialect.delimiter),
          broken: true,
          quotedFields: 0,
          strayQuote: true,
          raw,
        });
        pos = stop;
        line++;
        continue;
      }
    }
    let quotedFields = 0;
    for (let f = 0; f < scan.count && f < scan.kinds.length; f++) if (scan.kinds[f] !== 0) quotedFields++;
    const values = valuesOf(syntax, scan, bytes);
    rows.push({
      line,
      values,
      broken,
      quotedFields,
      strayQuote: (scan.has & HAS_STRAY_QUOTE) !== 0,
      raw,
    });
    pos = scan.next;
    line += scan.lines;
  }
  return rows;
}

/** Offset of the next line end, or -1. */
function lineEnd(bytes: Buffer, from: number, crEnds: boolean): number {
  const lf = bytes.indexOf(10, from);
  const cr = crEnds ? bytes.indexOf(13, from) : -1;
  return cr >= 0 && (lf < 0 || cr < lf) ? cr : lf;
}

/** Reads the rows that could not be read once more, now that their width is known. */
export function mendRows(rows: readonly SampleRow[], dialect: Dialect, width: number): SampleRow[] {
  const syntax = compileSyntax(dialect);
  return rows.map((row) => {
    if (row.raw === null) return row;
    const values = rereadLine(syntax, dialect.delimiter, row.raw, width, BROKEN_PRICE);
    return values === null ? row : { ...row, values };
  });
}
