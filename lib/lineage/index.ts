/**
 * Column lineage of SQL, without a database: PostgreSQL's own parser, names resolved by its rules. What is told per
 * column and per statement, and what it can be compared with, is in docs/reference/lineage.md.
 */
import type { Node, SelectStmt } from "libpg-query";
import { AppError } from "../errors.ts";
import { type Flow, splitKey } from "./flows.ts";
import { parseSql } from "./parse.ts";
import { select } from "./query.ts";
import { define, type LineageSchema, makeSchema, schemaFromDdl, schemaFromJson } from "./schema.ts";
import { type Columns, type Context, emptyScope, type Write } from "./scope.ts";
import { follow } from "./statements.ts";

export type { LineageSchema } from "./schema.ts";
export { makeSchema, schemaFromJson } from "./schema.ts";

export interface Transformation {
  type: "DIRECT" | "INDIRECT";
  subtype: string;
}

export interface LineageSource {
  table: string;
  column: string;
  transformations: Transformation[];
}

export interface LineageColumn {
  name: string;
  /** The base columns that the column's expression is made from, subqueries and views followed. */
  sources: LineageSource[];
}

export interface StatementLineage {
  kind: "select" | Write["kind"];
  /** The table that is written, where one is. */
  target: string | null;
  columns: LineageColumn[];
  /** What decides about rows: joins, filters, groups, order. */
  influences: LineageSource[];
  /** RETURNING. */
  returning: LineageColumn[];
  /** Tables written by WITH, before the statement's own. */
  writes: { kind: Write["kind"]; target: string; columns: LineageColumn[] }[];
  tables: string[];
  /** Every base column that the statement names, stars expanded: what PostgreSQL keeps as a view's dependencies. */
  baseColumns: { table: string; column: string }[];
  warnings: string[];
}

const byName = (a: { table: string; column: string }, b: { table: string; column: string }): number =>
  a.table < b.table ? -1 : a.table > b.table ? 1 : a.column < b.column ? -1 : a.column > b.column ? 1 : 0;

function sourcesOf(flow: Flow): LineageSource[] {
  return [...flow]
    .map(([key, hows]) => ({
      ...splitKey(key),
      transformations: [...hows].sort().map((how) => {
        const [type, subtype] = how.split(":") as [Transformation["type"], string];
        return { type, subtype };
      }),
    }))
    .sort(byName);
}

const columnsOf = ({ columns }: Pick<Columns, "columns">): LineageColumn[] =>
  columns.map((c) => ({ name: c.name, sources: sourcesOf(c.flow) }));

/** Per statement, views, functions and rounds of recursion included. */
const MAX_QUERIES = 200_000;

function newContext(schema: LineageSchema): Context {
  return {
    schema,
    referenced: new Set(),
    tables: new Set(),
    warnings: new Set(),
    writes: [],
    views: new Set(),
    followed: new Map(),
    budget: { left: MAX_QUERIES },
    select,
  };
}

function describe(statement: Node, schema: LineageSchema): StatementLineage | null {
  const context = newContext(schema);
  const scope = emptyScope();
  const found = follow(context, statement, scope);
  if (!found) return null;
  const own =
    "SelectStmt" in statement && !statement.SelectStmt.intoClause ? undefined : context.writes.at(-1);
  const writes = context.writes
    .slice(0, own ? -1 : undefined)
    .map((w) => ({ kind: w.kind, target: w.table, columns: columnsOf(w) }));
  return {
    kind: own?.kind ?? "select",
    target: own?.table ?? null,
    columns: columnsOf(own ?? found),
    influences: sourcesOf(scope.sink),
    returning: own ? columnsOf(found) : [],
    writes,
    tables: [...context.tables].sort(),
    baseColumns: [...context.referenced].map(splitKey).sort(byName),
    warnings: [...context.warnings],
  };
}

function viewColumns(schema: LineageSchema, query: SelectStmt): string[] {
  return select(newContext(schema), query, emptyScope()).columns.map((c) => c.name);
}

/** A recursion that the parser let pass may still be too deep for us. */
function guarded<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new AppError("BAD_SQL", "the SQL is nested too deeply", { hint: "Split it into smaller queries." });
  }
}

/**
 * The lineage of each statement of a text, in order. What a statement defines (CREATE TABLE, CREATE VIEW) later ones may
 * name. Errors: AppError BAD_SQL.
 */
export async function lineageOf(
  sql: string,
  given: LineageSchema = makeSchema(),
): Promise<StatementLineage[]> {
  const schema: LineageSchema = { tables: new Map(given.tables), isEmpty: given.isEmpty };
  const statements = await parseSql(sql);
  return statements.flatMap((statement) =>
    guarded(() => {
      const found = describe(statement, schema);
      define(schema, statement, (query) => viewColumns(schema, query));
      if (found?.kind === "create" && found.target && !schema.isEmpty && !("ViewStmt" in statement)) {
        schema.tables.set(found.target, { columns: new Map(found.columns.map((c) => [c.name, ""])) });
      }
      return found ? [found] : [];
    }),
  );
}

/** A schema from a file's text: JSON or DDL. Errors: AppError BAD_INPUT, BAD_SQL. */
export async function readSchema(text: string): Promise<LineageSchema> {
  if (/^\s*[{[]/.test(text)) {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new AppError("BAD_INPUT", `the schema is not JSON: ${why}`, {
        hint: "Give JSON or CREATE TABLE statements.",
        cause: error,
      });
    }
    return schemaFromJson(value);
  }
  return schemaFromDdl(text, viewColumns);
}
