/** The tables that cases of column lineage are about, and how their results are written down. */
import { readSchema, type StatementLineage } from "../../../lib/lineage/index.ts";

export const DDL = `
  create table t (a int, b text, c int, j jsonb, l int[]);
  create table u (a int, d int, e text);
  create table w (a int, d int, f date);
  create type point_of as (x int, y text);
  create view tv as select a, upper(b) as big from t;
`;
export const schema = await readSchema(DDL);

/** As `name: table.column=SUBTYPE+SUBTYPE ...`, sorted. */
export function show(columns: StatementLineage["columns"]): Record<string, string> {
  return Object.fromEntries(
    columns.map((c) => [
      c.name,
      c.sources
        .map((s) => `${s.table}.${s.column}=${s.transformations.map((x) => x.subtype).join("+")}`)
        .join(" "),
    ]),
  );
}
