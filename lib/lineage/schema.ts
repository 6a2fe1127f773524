/** The tables that a query may name: from JSON, from DDL, or from a catalog. */
import type { ColumnDef, Node, RangeVar, SelectStmt, TypeName } from "libpg-query";
import { z } from "zod";
import { AppError } from "../errors.ts";
import { parseSql } from "./parse.ts";

export interface Table {
  /** Types by column, in order; "" where none is told. */
  columns: Map<string, string>;
  /** A view's query: followed to the tables that it reads. */
  query?: SelectStmt;
}

export interface LineageSchema {
  tables: Map<string, Table>;
  isEmpty: boolean;
}

const MAX_TABLES = 50_000;
const HINT =
  'Give {"table": {"column": "type"}} or {"table": ["column"]}, or a file of CREATE TABLE statements.';
const columns = z.union([z.array(z.string()), z.record(z.string(), z.unknown())]);
const shape = z.record(
  z.string(),
  z.union([columns, z.record(z.string(), z.record(z.string(), z.unknown()))]),
);

export function makeSchema(tables: Map<string, Table> = new Map()): LineageSchema {
  if (tables.size > MAX_TABLES)
    throw new AppError("BAD_INPUT", `a schema has at most ${MAX_TABLES} tables`, { hint: HINT });
  return { tables, isEmpty: tables.size === 0 };
}

const isNested = (value: object): boolean => {
  const inner = Object.values(value);
  return inner.length > 0 && inner.every((v) => typeof v === "object" && v !== null);
};

/** {table: {column: type}} or {table: [column]}, where wanted within {schema: ...}. Errors: AppError BAD_INPUT. */
export function schemaFromJson(value: unknown): LineageSchema {
  const parsed = shape.safeParse(value);
  if (!parsed.success)
    throw new AppError("BAD_INPUT", "the schema does not have the shape of one", { hint: HINT });
  const tables = new Map<string, Table>();
  const put = (name: string, given: unknown): void => {
    const entries: [string, string][] = Array.isArray(given)
      ? given.map((column) => [String(column), ""])
      : Object.entries(given as Record<string, unknown>).map(([column, type]) => [column, String(type)]);
    tables.set(name, { columns: new Map(entries) });
  };
  for (const [name, given] of Object.entries(parsed.data)) {
    if (Array.isArray(given) || !isNested(given)) put(name, given);
    else for (const [inner, of] of Object.entries(given)) put(`${name}.${inner}`, of);
  }
  return makeSchema(tables);
}

function typeText(type: TypeName | undefined): string {
  const names = (type?.names ?? []).map((n) => ("String" in n ? (n.String.sval ?? "") : ""));
  return names.filter((n) => n !== "pg_catalog").join(".") + (type?.arrayBounds ? "[]" : "");
}

export const nameOf = (relation: RangeVar | undefined): string =>
  relation?.schemaname ? `${relation.schemaname}.${relation.relname}` : (relation?.relname ?? "");

const strings = (nodes: Node[] | undefined): string[] =>
  (nodes ?? []).map((n) => ("String" in n ? (n.String.sval ?? "") : ""));

function addColumns(into: Map<string, string>, elements: Node[], schema: LineageSchema): void {
  for (const element of elements) {
    if ("ColumnDef" in element) {
      const definition = element.ColumnDef as ColumnDef;
      into.set(definition.colname ?? "", typeText(definition.typeName));
    } else if ("TableLikeClause" in element) {
      const of = findTable(
        schema,
        element.TableLikeClause.relation?.schemaname,
        element.TableLikeClause.relation?.relname ?? "",
      );
      for (const [name, type] of of?.table.columns ?? []) into.set(name, type);
    }
  }
}

function alter(schema: LineageSchema, statement: { relation?: RangeVar; cmds?: Node[] }): void {
  const table = findTable(schema, statement.relation?.schemaname, statement.relation?.relname ?? "")?.table;
  for (const command of statement.cmds ?? []) {
    if (!table || !("AlterTableCmd" in command)) continue;
    const { subtype, def, name } = command.AlterTableCmd;
    if (subtype === "AT_AddColumn" && def && "ColumnDef" in def) {
      table.columns.set(def.ColumnDef.colname ?? "", typeText(def.ColumnDef.typeName));
    } else if (subtype === "AT_DropColumn") table.columns.delete(name ?? "");
  }
}

/** Takes what a statement defines into the schema; true where it defines something. */
export function define(
  schema: LineageSchema,
  statement: Node,
  columnsOf: (query: SelectStmt) => string[],
): boolean {
  if ("CreateStmt" in statement) {
    const { relation, tableElts, inhRelations } = statement.CreateStmt;
    const made = new Map<string, string>();
    for (const parent of inhRelations ?? []) {
      if (!("RangeVar" in parent)) continue;
      const of = findTable(schema, parent.RangeVar.schemaname, parent.RangeVar.relname ?? "");
      for (const [name, type] of of?.table.columns ?? []) made.set(name, type);
    }
    addColumns(made, tableElts ?? [], schema);
    schema.tables.set(nameOf(relation), { columns: made });
  } else if ("CreateForeignTableStmt" in statement) {
    const base = statement.CreateForeignTableStmt.base;
    const made = new Map<string, string>();
    addColumns(made, base?.tableElts ?? [], schema);
    schema.tables.set(nameOf(base?.relation), { columns: made });
  } else if ("ViewStmt" in statement) {
    const { view, query, aliases } = statement.ViewStmt;
    if (!query || !("SelectStmt" in query)) return false;
    const given = strings(aliases);
    const names = columnsOf(query.SelectStmt).map((name, at) => given[at] ?? name);
    schema.tables.set(nameOf(view), { columns: new Map(names.map((n) => [n, ""])), query: query.SelectStmt });
  } else if ("AlterTableStmt" in statement) alter(schema, statement.AlterTableStmt);
  else return false;
  schema.isEmpty = schema.tables.size === 0;
  return true;
}

/** The tables and views of a DDL file, in order; other statements are passed over. Errors: AppError BAD_SQL. */
export async function schemaFromDdl(
  text: string,
  columnsOf: (schema: LineageSchema, query: SelectStmt) => string[],
): Promise<LineageSchema> {
  const schema = makeSchema();
  for (const statement of await parseSql(text))
    define(schema, statement, (query) => columnsOf(schema, query));
  return makeSchema(schema.tables);
}

/** By the name given, else by the part after the schema where that is one table's alone; public goes first. */
export function findTable(
  schema: LineageSchema,
  schemaName: string | undefined,
  relname: string,
): { name: string; table: Table } | null {
  const tried = schemaName
    ? [`${schemaName}.${relname}`, ...(schemaName === "public" ? [relname] : [])]
    : [relname, `public.${relname}`];
  for (const name of tried) {
    const table = schema.tables.get(name);
    if (table) return { name, table };
  }
  // Names in JSON may be written in capitals; SQL folds what is not quoted.
  const folded = [...schema.tables.keys()].filter((name) => tried.includes(name.toLowerCase()));
  const within = schemaName ? [] : [...schema.tables.keys()].filter((name) => name.endsWith(`.${relname}`));
  const name = folded.length === 1 ? folded[0] : within.length === 1 ? within[0] : undefined;
  return name === undefined ? null : { name, table: schema.tables.get(name)! };
}
