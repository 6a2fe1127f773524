/** Random files from a seed, and what loading them in order must come to. */

/** Mulberry32: small, good enough, the same on every machine. */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export const pick = <T>(random: () => number, from: readonly T[]): T =>
  from[Math.floor(random() * from.length)]!;

export type Mode = "upsert" | "snapshot";

export interface Edition {
  mode: Mode;
  rows: { k: string; v: string }[];
}

export interface Counts {
  read: number;
  inserted: number;
  updated: number;
  unchanged: number;
  deleted: number;
  rejected: number;
  duplicate: number;
}

/** Rows over few keys, so that editions meet each other; some wrong, some twice, some twice with another value. */
export function randomEdition(random: () => number, maxRows: number): Edition {
  const rows = Array.from({ length: Math.floor(random() * maxRows) }, () => ({
    k: String(1 + Math.floor(random() * maxRows)),
    v: random() < 0.05 ? "bad" : String(Math.floor(random() * 4)),
  }));
  return { mode: random() < 0.4 ? "snapshot" : "upsert", rows };
}

export const textOf = ({ rows }: Edition): string => `k,v\n${rows.map(({ k, v }) => `${k},${v}\n`).join("")}`;

export interface State {
  rows: Map<string, number>;
  /** Versions ever written, deletions among them. */
  versions: number;
}

export const emptyState = (): State => ({ rows: new Map(), versions: 0 });

/** What a load must do, in as few words as possible. */
export function apply(state: State, { mode, rows }: Edition): { state: State; counts: Counts } {
  const counts: Counts = {
    read: rows.length,
    inserted: 0,
    updated: 0,
    unchanged: 0,
    deleted: 0,
    rejected: 0,
    duplicate: 0,
  };
  const file = new Map<string, number>();
  const seen = new Set<string>();
  for (const { k, v } of rows) {
    seen.add(k);
    const value = /^\d+$/.test(v) ? Number(v) : null;
    const first = file.get(k);
    if (value === null) counts.rejected++;
    else if (first === undefined) file.set(k, value);
    else if (first === value) counts.duplicate++;
    else counts.rejected++;
  }
  const next = new Map(state.rows);
  for (const [k, value] of file) {
    const old = state.rows.get(k);
    if (old === undefined) counts.inserted++;
    else if (old === value) counts.unchanged++;
    else counts.updated++;
    next.set(k, value);
  }
  for (const k of state.rows.keys()) {
    if (mode !== "snapshot" || seen.has(k)) continue;
    counts.deleted++;
    next.delete(k);
  }
  const versions = state.versions + counts.inserted + counts.updated + counts.deleted;
  return { state: { rows: next, versions }, counts };
}
