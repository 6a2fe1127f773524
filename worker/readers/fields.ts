/** From the places of a record's fields to their texts. */
import { FIELD_CAPACITY, FIELD_ESCAPED, type Scan, type Syntax } from "./syntax.ts";

/** The field's text with its escapes undone. */
export function fieldText(syntax: Syntax, buf: Buffer, start: number, end: number, kind: number): string {
  const text = buf.toString("utf8", start, end);
  return (kind & FIELD_ESCAPED) === 0 ? text : unescapeText(syntax, text);
}

export function unescapeText(syntax: Syntax, text: string): string {
  const quote = String.fromCharCode(syntax.quote);
  if (syntax.doubled) return text.replaceAll(quote + quote, quote);
  if (syntax.escape < 0) return text;
  const mark = String.fromCharCode(syntax.escape);
  let out = "";
  for (let at = 0; at < text.length; at++) {
    const next = text[at + 1];
    if (text[at] === mark && (next === quote || next === mark)) at++;
    out += text[at];
  }
  return out;
}

/** The record's values as texts; null where empty and unquoted, or an unquoted \N. */
export function valuesOf(syntax: Syntax, scan: Scan, buf: Buffer): (string | null)[] {
  const count = Math.min(scan.count, FIELD_CAPACITY);
  const values = new Array<string | null>(count);
  for (let f = 0; f < count; f++) {
    const start = scan.starts[f]!;
    const end = scan.ends[f]!;
    const kind = scan.kinds[f]!;
    if (kind === 0 && (end === start || (end - start === 2 && buf[start] === 92 && buf[start + 1] === 78))) {
      values[f] = null;
    } else values[f] = fieldText(syntax, buf, start, end, kind);
  }
  return values;
}

/** Gives a record the fields it leaves out: empty ones at its end. */
export function padFields(scan: Scan, width: number): void {
  for (; scan.count < width; scan.count++) {
    scan.starts[scan.count] = scan.end;
    scan.ends[scan.count] = scan.end;
    scan.kinds[scan.count] = 0;
  }
}

/** Whether the record is the header once more. `first` holds the first column name's bytes. */
export function repeatsHeader(
  syntax: Syntax,
  scan: Scan,
  buf: Buffer,
  columns: readonly string[],
  first: Buffer,
): boolean {
  // The first field's length and first byte decide nearly always; the texts are compared only then.
  const start = scan.starts[0]!;
  if (scan.ends[0]! - start !== first.length || buf[start] !== first[0]) return false;
  for (let f = 0; f < columns.length; f++) {
    if (fieldText(syntax, buf, scan.starts[f]!, scan.ends[f]!, scan.kinds[f]!) !== columns[f]) return false;
  }
  return true;
}
