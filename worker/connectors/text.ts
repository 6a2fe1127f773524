/** Records as the bytes of a file: in pieces of bounded size, however many there are. */
import { Readable } from "node:stream";
import { dataLine } from "../../lib/csv.ts";
import type { Json } from "./types.ts";

const PIECE = 64 * 1024;

/** A stream of the texts, joined to pieces of some size. */
export function textStream(texts: AsyncIterable<string>): Readable {
  async function* pieces(): AsyncGenerator<Buffer> {
    let text = "";
    for await (const one of texts) {
      text += one;
      if (text.length < PIECE) continue;
      yield Buffer.from(text);
      text = "";
    }
    if (text !== "") yield Buffer.from(text);
  }
  return Readable.from(pieces(), { objectMode: false });
}

/** How the loader is to read what is written here; nothing is guessed. */
export const CSV = {
  dialect: { format: "csv", encoding: "utf-8", delimiter: ",", quote: '"', escape: '"', headerLines: 1 },
} satisfies { dialect: Record<string, Json> };
export const NDJSON = { dialect: { format: "ndjson", encoding: "utf-8" } } satisfies {
  dialect: Record<string, Json>;
};

export async function* csvLines(
  columns: string[],
  rows: AsyncIterable<(string | null)[]>,
): AsyncGenerator<string> {
  yield dataLine(columns);
  for await (const row of rows) yield dataLine(row);
}

/** A part of a file's name: source and the range that it holds. */
export function nameOf(source: string, what: string, range: string, ending: string): string {
  const MAX = 400;
  const clean = (text: string): string => text.replace(/[\r\n\0]/g, " ");
  return `${clean(`${source} ${what}${range ? ` ${range}` : ""}`).slice(0, MAX)}.${ending}`;
}

/**
 * `**` any characters, `*` and `?` within one name. In time that grows with both lengths alone: people write these, and
 * a regular expression could be made to run for ever.
 */
export function matches(pattern: string | undefined, name: string): boolean {
  if (pattern === undefined) return true;
  const marks = pattern.match(/\*\*|[\s\S]/gu) ?? [];
  const letters = [...name];
  // reached[i]: the marks so far can have used up the first i letters.
  let reached = letters.map(() => false);
  reached.unshift(true);
  for (const mark of marks) {
    const next = new Array<boolean>(letters.length + 1).fill(false);
    for (let i = 0; i <= letters.length; i++) {
      const before = i > 0 ? letters[i - 1] : undefined;
      if (mark === "**") next[i] = reached[i]! || (i > 0 && next[i - 1]!);
      else if (mark === "*") next[i] = reached[i]! || (i > 0 && before !== "/" && next[i - 1]!);
      else next[i] = i > 0 && reached[i - 1]! && (mark === "?" ? before !== "/" : before === mark);
    }
    reached = next;
  }
  return reached[letters.length]!;
}
