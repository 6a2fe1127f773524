/** Rows as people read them in a terminal: headed columns, empty ones left out. Programs take --json. */

const MAX_CELL = 100;

function cell(value: unknown): string {
  if (value === null || value === undefined) return "";
  const text =
    value instanceof Date
      ? value.toISOString().replace(/\.\d+Z$/, "Z")
      : Array.isArray(value)
        ? value.join(", ")
        : typeof value === "object"
          ? JSON.stringify(value)
          : String(value);
  // A value must not move the cursor or ring the bell.
  const plain = text.replace(/\p{Cc}+/gu, " ");
  return plain.length > MAX_CELL ? `${plain.slice(0, MAX_CELL - 1)}…` : plain;
}

/** A table of rows whose columns are those of the first; `none` where there is no row. */
export function table(rows: readonly Record<string, unknown>[], none: string): string {
  if (rows.length === 0) return none;
  const columns = Object.keys(rows[0]!)
    .map((name) => ({
      heading: name.replaceAll("_", " "),
      right: rows.every((row) => row[name] === null || typeof row[name] === "number"),
      cells: rows.map((row) => cell(row[name])),
    }))
    .filter(({ cells }) => cells.some((text) => text !== ""));
  const line = (texts: string[]): string =>
    texts
      .map((text, i) => {
        const { heading, cells, right } = columns[i]!;
        const width = Math.max(heading.length, ...cells.map((c) => c.length));
        return right ? text.padStart(width) : text.padEnd(width);
      })
      .join("  ")
      .trimEnd();
  return [
    line(columns.map(({ heading }) => heading)),
    ...rows.map((_row, i) => line(columns.map(({ cells }) => cells[i]!))),
  ].join("\n");
}
