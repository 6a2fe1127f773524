/** How much two columns' names are alike, and whether one column is another one renamed. */
import { fieldNames } from "../../lib/contract/names.ts";

/** Fewer pairs or distinct values than these prove nothing by content. */
const MIN_COMPARED = 20;
const MIN_DISTINCT = 5;
/** Values that the field's type cannot read speak against it. */
const MIN_READABLE = 0.9;
/** Names alone are weaker evidence than contents. */
const NAME_WEIGHT = 0.8;
/** From here on a person is asked whether the column was renamed. */
const MIN_SCORE = 0.35;

/** What ingest.compare_columns counts of one column against one field. */
export interface Compared {
  place: number;
  values: number;
  readable: number;
  compared: number;
  equal: number;
  distinct: number;
  shared: number;
}

export interface Likeness {
  /** Share of letter pairs that the names have in common (Dice), 0 to 1. */
  name: number;
  /** Share of equal values, 0 to 1; null where too little could be compared. */
  content: number | null;
  /** Values compared. */
  compared: number;
  score: number;
  /** For people. */
  evidence: string;
}

function pairsOf(name: string): string[] {
  const letters = fieldNames([name])[0]!;
  return Array.from({ length: Math.max(0, letters.length - 1) }, (_, i) => letters.slice(i, i + 2));
}

/** Dice's coefficient over letter pairs. */
export function nameLikeness(one: string, other: string): number {
  const first = pairsOf(one);
  const rest = pairsOf(other);
  const total = first.length + rest.length;
  if (total === 0) return one === other ? 1 : 0;
  let common = 0;
  for (const pair of first) {
    const at = rest.indexOf(pair);
    if (at < 0) continue;
    rest.splice(at, 1);
    common++;
  }
  return (2 * common) / total;
}

const percent = (share: number): string => `${Math.round(100 * share)} %`;

/** The likeness of a field (by any of its names) with a column of the file. */
export function likeness(
  names: readonly string[],
  column: string,
  isText: boolean,
  found: Compared | undefined,
): Likeness {
  const name = Math.max(...names.map((one) => nameLikeness(one, column)));
  const readable = found === undefined || found.values === 0 || found.readable / found.values >= MIN_READABLE;
  let content: number | null = null;
  let compared = 0;
  let evidence = `the names are alike to ${percent(name)}`;
  if (found !== undefined && found.compared >= MIN_COMPARED) {
    compared = found.compared;
    content = found.equal / compared;
    evidence = `${found.equal} of ${compared} rows with the same key have the same value (${percent(content)}); ${evidence}`;
  } else if (found !== undefined && isText && found.distinct >= MIN_DISTINCT) {
    compared = found.distinct;
    content = found.shared / compared;
    evidence = `${found.shared} of ${compared} distinct values are values of the field (${percent(content)}); ${evidence}`;
  }
  const score = readable ? Math.max(content ?? 0, NAME_WEIGHT * name) : 0;
  return { name, content, compared, score, evidence };
}

/** Pairs each field with at most one column, the likeliest first. */
export function pairUp<F, C>(
  fields: readonly F[],
  columns: readonly C[],
  like: (field: F, column: C) => Likeness,
): { field: F; column: C; likeness: Likeness }[] {
  const all = fields.flatMap((field) =>
    columns.map((column) => ({ field, column, likeness: like(field, column) })),
  );
  const pairs: typeof all = [];
  for (const pair of all.sort((a, b) => b.likeness.score - a.likeness.score)) {
    if (pair.likeness.score < MIN_SCORE) break;
    if (pairs.some(({ field, column }) => field === pair.field || column === pair.column)) continue;
    pairs.push(pair);
  }
  return pairs;
}
