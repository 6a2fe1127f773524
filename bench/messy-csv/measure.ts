/**
 * The measure of the Pollock benchmark of messy CSV files, written from its definition: ten numbers between 0 and
 * 1 per file (success; precision, recall and F1 of header, records and cells as multisets), whose sum is the
 * file's score and whose mean over files is the score, 0 to 10. Stricter than the original in two points: values
 * are compared as they stand (no folding of case, numbers or dates), and records as tuples, not run together.
 */

export interface FileScore {
  file: string;
  /** 0..10 */
  score: number;
  success: number;
  header: Triple;
  records: Triple;
  cells: Triple;
}

/** Precision, recall, F1. */
export type Triple = [number, number, number];

/** Strict reading of the clean form: commas, double quotes, doubled inside. */
export function parseClean(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  while (at < text.length) {
    let value = "";
    if (text[at] === '"') {
      at++;
      for (;;) {
        const end = text.indexOf('"', at);
        if (end < 0) throw new Error("unclosed quote in a clean file");
        value += text.slice(at, end);
        at = end + 1;
        if (text[at] !== '"') break;
        value += '"';
        at++;
      }
    } else {
      let end = at;
      while (end < text.length && text[end] !== "," && text[end] !== "\n" && text[end] !== "\r") end++;
      value = text.slice(at, end);
      at = end;
    }
    row.push(value);
    if (text[at] === ",") {
      at++;
      // A delimiter at the file's very end starts one more, empty, field.
      if (at < text.length) continue;
      row.push("");
    }
    if (text[at] === "\r") at++;
    if (text[at] === "\n") at++;
    rows.push(row);
    row = [];
  }
  return rows;
}

function triple(expected: readonly string[], got: readonly string[]): Triple {
  if (expected.length === 0) return [1, 1, 1];
  const left = new Map<string, number>();
  for (const item of expected) left.set(item, (left.get(item) ?? 0) + 1);
  let both = 0;
  for (const item of got) {
    const count = left.get(item) ?? 0;
    if (count === 0) continue;
    both++;
    left.set(item, count - 1);
  }
  if (both === 0) return [0, 0, 0];
  // Named as in the benchmark, where "precision" divides by what was expected.
  const precision = both / expected.length;
  const recall = both / got.length;
  return [precision, recall, (2 * precision * recall) / (precision + recall)];
}

/** Scores one file. `loaded` is null where the reader refused it. */
export function scoreFile(
  file: string,
  expected: readonly string[][],
  loaded: readonly string[][] | null,
): FileScore {
  const zero: Triple = [0, 0, 0];
  if (loaded === null) return { file, score: 0, success: 0, header: zero, records: zero, cells: zero };
  const key = (row: readonly string[]): string => JSON.stringify(row);
  const nothing = expected.length === 0;
  const header: Triple = nothing ? [1, 1, 1] : triple(expected[0] ?? [], loaded[0] ?? []);
  const records: Triple = nothing ? [1, 1, 1] : triple(expected.slice(1).map(key), loaded.slice(1).map(key));
  const cells: Triple = nothing ? [1, 1, 1] : triple(expected.flat(), loaded.flat());
  const score = [...header, ...records, ...cells].reduce((sum, value) => sum + value, 1);
  return { file, score, success: 1, header, records, cells };
}

export function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
