/**
 * How tables are read by a cursor field, alike for every database. The upper bound is read first, within the same
 * snapshot, and how many rows have it: rows that come later with the very same value are then not lost, since the next
 * reading begins at the bound, inclusive. Where rows have a key, those at the bound are read twice and change nothing;
 * where they have none, they wait until a higher value closes the bound.
 */
import { z } from "zod";
import { SourceError } from "./failures.ts";
import type { Json, Mode } from "./types.ts";

export const tableSelection = z.strictObject({
  table: z.string().min(1).max(300),
  columns: z.array(z.string().min(1).max(200)).min(1).max(500).optional(),
  cursorField: z.string().min(1).max(200).optional(),
});

/** A column as its database names and types it. */
export interface Column {
  name: string;
  type: string;
}

const MAX_NAMED = 20;

/** The columns that are read of those that a table has, and the cursor's. Errors: SourceError missing. */
export function chosenOf(
  selection: z.output<typeof tableSelection>,
  has: Column[],
): { columns: Column[]; cursor: Column | null } {
  const { table, columns, cursorField } = selection;
  if (has.length === 0) {
    const hint = "Discover the connector to see what there is.";
    throw new SourceError("missing", `there is no table ${table}, or no right to it`, hint, {
      field: "table",
    });
  }
  const find = (wanted: string): Column => {
    const found = has.find((column) => column.name === wanted);
    if (found) return found;
    const names = has.slice(0, MAX_NAMED).map((column) => column.name);
    throw new SourceError("missing", `${table} has no column ${wanted}`, `It has ${names.join(", ")}.`, {
      field: "columns",
    });
  };
  return {
    columns: columns?.map(find) ?? has,
    cursor: cursorField === undefined ? null : find(cursorField),
  };
}

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
