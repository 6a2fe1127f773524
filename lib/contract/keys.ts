/**
 * Key candidates in one pass: single columns and, found on the first rows, pairs and triples that are followed
 * through the rest. Everything is bounded: columns, combinations, memory.
 */
import { type HashSet, mixHashes, newHashSet } from "./hashes.ts";

/** Combinations are chosen on this many first rows. */
export const KEY_SAMPLE_ROWS = 5000;
/** Only the first columns can be part of a key candidate. */
export const MAX_KEY_COLUMNS = 64;
/** Columns that pairs and triples are made of. */
const MAX_COMBINED_COLUMNS = 12;
/** Combinations followed to the end. */
const MAX_COMBINATIONS = 8;
/** Hash tables together; beyond it the largest one is dropped. */
export const MAX_KEY_BYTES = 96 * 1024 * 1024;
/** A near key may repeat in one of this many rows. */
const NEAR_KEY_ROWS = 1000;
const NEAR_KEY_LEAST = 3;

export interface Combination {
  columns: number[];
  rows: number;
  repeats: number;
  /** Repeats known to be all: false where following it was given up. */
  followed: boolean;
}

interface Tracked extends Combination {
  set: HashSet | null;
}

export interface KeyTracker {
  /** One row: per column its hash, or null where the value is null. */
  add(hashes: readonly (number | null)[]): void;
  /**
   * Candidates, best first: exact before near, those without a column that only happens to be distinct (`isMeasure`)
   * before others, fewer columns first, then in the order of columns.
   */
  finish(
    eligible: (column: number) => boolean,
    isMeasure: (column: number, rows: number) => boolean,
  ): Combination[];
}

const allowedRepeats = (rows: number): number => Math.max(NEAR_KEY_LEAST, Math.floor(rows / NEAR_KEY_ROWS));

export function newKeyTracker(width: number): KeyTracker {
  const columns = Math.min(width, MAX_KEY_COLUMNS);
  const singles: Tracked[] = Array.from({ length: columns }, (_, column) => track([column]));
  const matrix: (number | null)[][] = [];
  let combined: Tracked[] | null = null;
  let rows = 0;

  const follow = (tracked: Tracked, hashes: readonly (number | null)[]): void => {
    if (tracked.set === null) return;
    let hash: number | null = null;
    for (const column of tracked.columns) {
      const part = hashes[column];
      if (part === null || part === undefined) {
        giveUp(tracked);
        return;
      }
      hash = hash === null ? part : mixHashes(hash, part);
    }
    tracked.rows++;
    if (!tracked.set.add(hash!) && ++tracked.repeats > allowedRepeats(tracked.rows) * 2) giveUp(tracked);
  };
  const choose = (): void => {
    combined = chooseCombinations(matrix, columns).map(track);
    for (const row of matrix) for (const tracked of combined) follow(tracked, row);
    matrix.length = 0;
  };
  return {
    add: (hashes) => {
      rows++;
      for (const tracked of singles) follow(tracked, hashes);
      if (combined === null) {
        matrix.push(hashes.slice(0, columns));
        if (matrix.length >= KEY_SAMPLE_ROWS) choose();
      } else for (const tracked of combined) follow(tracked, hashes);
      // Tables grow by doubling, so that looking now and then is enough.
      if (rows % 1024 === 0) limitMemory([...singles, ...(combined ?? [])]);
    },
    finish: (eligible, isMeasure) => {
      if (combined === null) choose();
      const all = [...singles, ...(combined ?? [])].filter(
        (tracked) => tracked.set !== null && tracked.rows > 1 && tracked.columns.every(eligible),
      );
      return rank(
        all.filter((tracked) => tracked.repeats <= allowedRepeats(tracked.rows)),
        ({ columns: of, rows: seen }) => of.filter((column) => isMeasure(column, seen)).length,
      );
    },
  };
}

function track(columns: number[]): Tracked {
  return { columns, rows: 0, repeats: 0, followed: true, set: newHashSet() };
}

function giveUp(tracked: Tracked): void {
  tracked.set = null;
  tracked.followed = false;
}

function limitMemory(all: readonly Tracked[]): void {
  let held = all.reduce((sum, { set }) => sum + (set?.bytes() ?? 0), 0);
  // The last columns go first: keys stand at the front.
  for (let at = all.length - 1; at >= 0 && held > MAX_KEY_BYTES; at--) {
    const tracked = all[at]!;
    if (tracked.set === null) continue;
    held -= tracked.set.bytes();
    giveUp(tracked);
  }
}

function rank(found: readonly Combination[], doubtful: (combination: Combination) => number): Combination[] {
  const exact = found.filter(({ repeats }) => repeats === 0);
  // What holds an exact key is no candidate of its own; near keys matter only where nothing is exact.
  const base = exact.length > 0 ? exact : found;
  const minimal = base.filter(
    (one) =>
      !base.some(
        (other) =>
          other !== one &&
          other.repeats <= one.repeats &&
          other.columns.length < one.columns.length &&
          other.columns.every((column) => one.columns.includes(column)),
      ),
  );
  return minimal.sort(
    (a, b) =>
      Number(a.repeats > 0) - Number(b.repeats > 0) ||
      doubtful(a) - doubtful(b) ||
      a.columns.length - b.columns.length ||
      a.repeats - b.repeats ||
      a.columns[0]! - b.columns[0]!,
  );
}

/** Pairs, or where no pair is a key triples, that are (nearly) unique in the sample. */
function chooseCombinations(matrix: readonly (readonly (number | null)[])[], width: number): number[][] {
  if (matrix.length < 2) return [];
  const usable: number[] = [];
  for (let column = 0; column < width && usable.length < MAX_COMBINED_COLUMNS; column++) {
    const values = matrix.map((row) => row[column]);
    if (values.some((value) => value === null || value === undefined)) continue;
    const distinct = new Set(values).size;
    // Constant columns add nothing, unique ones are keys alone.
    if (distinct > 1 && distinct < values.length) usable.push(column);
  }
  const most = allowedRepeats(matrix.length);
  const found: { columns: number[]; repeats: number }[] = [];
  const attempt = (columns: number[]): void => {
    const repeats = repeatsIn(matrix, columns, most);
    if (repeats <= most) found.push({ columns, repeats });
  };
  for (const [a, first] of usable.entries())
    for (const second of usable.slice(a + 1)) attempt([first, second]);
  if (!found.some(({ repeats }) => repeats === 0)) {
    for (const [a, first] of usable.entries()) {
      for (const [b, second] of usable.slice(a + 1).entries()) {
        for (const third of usable.slice(a + b + 2)) attempt([first, second, third]);
      }
    }
  }
  found.sort((a, b) => a.repeats - b.repeats || a.columns.length - b.columns.length);
  return found.slice(0, MAX_COMBINATIONS).map(({ columns }) => columns);
}

function repeatsIn(
  matrix: readonly (readonly (number | null)[])[],
  columns: readonly number[],
  most: number,
): number {
  const seen = new Set<number>();
  let repeats = 0;
  for (const row of matrix) {
    let hash = row[columns[0]!]!;
    for (const column of columns.slice(1)) hash = mixHashes(hash, row[column]!);
    if (seen.has(hash) && ++repeats > most) return repeats;
    seen.add(hash);
  }
  return repeats;
}
