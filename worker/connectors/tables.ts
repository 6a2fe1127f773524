/**
 * How tables are read by a cursor field, alike for every database. The upper bound is read first, within the same
 * snapshot, and how many rows have it: rows that come later with the very same value are then not lost, since the next
 * reading begins at the bound, inclusive. Where rows have a key, those at the bound are read twice and change nothing;
 * where they have none, they wait until a higher value closes the bound.
 */
import { z } from "zod";
import type { Json, Mode } from "./types.ts";

export const tableSelection = z.strictObject({
  table: z.string().min(1).max(300),
  columns: z.array(z.string().min(1).max(200)).min(1).max(500).optional(),
  cursorField: z.string().min(1).max(200).optional(),
});

const cursorShape = z.object({ value: z.string().max(10_000), ties: z.number().int().min(0).default(0) });
export type TableCursor = z.output<typeof cursorShape>;

export function readCursor(cursor: Json): TableCursor | null {
  const parsed = cursorShape.safeParse(cursor);
  return parsed.success ? parsed.data : null;
}

export interface Bounds {
  /** Inclusive; null: from the first row on. */
  from: string | null;
  /** null: to the last. */
  to: string | null;
  toInclusive: boolean;
  /** Where the next reading begins. */
  next: TableCursor | null;
}

/** What an incremental reading takes, from the cursor and the highest value there is. null: nothing new. */
export function boundsOf(cursor: TableCursor | null, high: TableCursor | null, mode: Mode): Bounds | null {
  if (high === null) return null;
  if (cursor !== null && cursor.value === high.value) {
    // Rows without a key at the bound wait for a higher value.
    if (mode === "append" || cursor.ties === high.ties) return null;
  }
  return {
    from: cursor?.value ?? null,
    to: high.value,
    toInclusive: mode !== "append",
    next: { value: high.value, ties: mode === "append" ? 0 : high.ties },
  };
}

/** The part of a file's name that tells the range. */
export function rangeName({ from, to }: { from: string | null; to: string | null }): string {
  return from === null && to === null ? "" : `${from ?? ""}..${to ?? ""}`;
}
