/** A first look at a file before it is sent: its columns and some rows, so that a key can be chosen from names. */

const HEAD_BYTES = 64 * 1024;
const SHOWN_ROWS = 5;
const DELIMITERS = [",", ";", "\t", "|"];

export interface Preview {
  columns: string[];
  rows: string[][];
}

function decode(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  try {
    // `stream`: the head may end in the middle of a character.
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

/** Splits delimited text; quotes are honoured, a record cut off at the end is dropped. */
function split(text: string, delimiter: string, maxRows: number): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let field = "";
  let quoted = false;
  for (let at = 0; at < text.length && rows.length < maxRows; at++) {
    const char = text[at]!;
    if (quoted) {
      if (char !== '"') field += char;
      else if (text[at + 1] === '"') {
        field += char;
        at += 1;
      } else quoted = false;
    } else if (char === '"' && field === "") quoted = true;
    else if (char === delimiter) {
      row.push(field);
      field = "";
    } else if (char === "\n") {
      rows.push([...row, field.replace(/\r$/, "")]);
      row = [];
      field = "";
    } else field += char;
  }
  if (rows.length < maxRows && (field !== "" || row.length > 0)) rows.push([...row, field]);
  return rows.filter((cells) => cells.some((cell) => cell.trim() !== ""));
}

function fromJsonLines(text: string): Preview | null {
  const records = text
    .split("\n")
    .slice(0, SHOWN_ROWS)
    .flatMap((line): Record<string, unknown>[] => {
      try {
        const value: unknown = JSON.parse(line);
        return value !== null && typeof value === "object" && !Array.isArray(value)
          ? [value as Record<string, unknown>]
          : [];
      } catch {
        return [];
      }
    });
  const columns = [...new Set(records.flatMap((record) => Object.keys(record)))];
  if (columns.length === 0) return null;
  const show = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value ?? null));
  return { columns, rows: records.map((record) => columns.map((column) => show(record[column]))) };
}

/** The delimiter whose rows have the most columns, all the same number of them. */
function bestSplit(text: string): string[][] {
  let best: string[][] = [];
  for (const delimiter of DELIMITERS) {
    const rows = split(text, delimiter, SHOWN_ROWS + 1);
    const width = rows[0]?.length ?? 0;
    const even = rows.every((row) => row.length === width);
    if (even && width > (best[0]?.length ?? 0)) best = rows;
  }
  return best;
}

/** The preview, or null where the beginning cannot be read as a table; the server's detection is more patient. */
export async function readPreview(file: File): Promise<Preview | null> {
  if (/\.gz$/i.test(file.name)) return null;
  const text = decode(new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer())).replace(/^\uFEFF/, "");
  if (text.trimStart().startsWith("{")) return fromJsonLines(text);
  const [columns, ...rows] = bestSplit(text);
  if (!columns || columns.length === 0 || columns.some((name) => name.trim() === "")) return null;
  return { columns, rows: rows.slice(0, SHOWN_ROWS) };
}

/** A dataset's name from a file's: what is left of it in lower-case letters, digits and underscores. */
export function suggestName(fileName: string): string {
  const stem = fileName.replace(/(\.(csv|tsv|tab|txt|psv|dat|json|jsonl|ndjson|gz))+$/i, "");
  const name = stem
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^[^a-z]+|_+$/g, "");
  return name.slice(0, 40) || "dataset";
}

export const NAME_PATTERN = /^[a-z][a-z0-9_]*$/;
export const MAX_NAME = 50;
