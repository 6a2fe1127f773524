import type { Column } from "../providers/records.ts";
import type { Version } from "./types.ts";
import { textOf } from "./values.tsx";

export interface Difference {
  column: Column;
  before: string | null;
  after: string | null;
}

/** Field by field, what a version changed against the one before it; for the first version, all that it has. */
export function differences(
  columns: Column[],
  version: Version,
  previous: Version | undefined,
): Difference[] {
  if (version.row.changeType === "delete") return [];
  // A row that came back after its deletion is compared with nothing: it was not there.
  const before = previous?.row.changeType === "delete" ? undefined : previous;
  return columns.flatMap((column) => {
    const now = textOf(version.row[column.attribute], column.type);
    const then = before ? textOf(before.row[column.attribute], column.type) : null;
    return now === then ? [] : [{ column, before: then, after: now }];
  });
}
