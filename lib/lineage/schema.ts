/** The tables that a query may name (and composite types and sequences, which have columns too): from JSON, from DDL, or from a catalog. */
import type { ColumnDef, CreateFunctionStmt, Node, RangeVar, SelectStmt, TypeName } from "libpg-query";
import { z } from "zod";
import { AppError } from "../errors.ts";
import { parseNow, parseSql } from "./parse.ts";

export interface Table {
  /** Types by column, in order; "" where none is told. */
  columns: Map<string, string>;
  /** A view's query, or a function's body: followed to the tables that it reads. */
  query?: SelectStmt;
  /** A function's parameters, by name or "". */
  params?: string[];
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

/** Names in capitals are written as other databases list them: in SQL they stand unquoted, and PostgreSQL folds those. */
const folded = (name: string): string => (/^[A-Z][A-Z0-9_$.]*$/.test(name) ? name.toLowerCase() : name);

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
      ? given.map((column) => [folded(String(column)), ""])
      : Object.entries(given as Record<string, unknown>).map(([column, type]) => [
          folded(column),
          String(type),
        ]);
    tables.set(folded(name), { columns: new Map(entries) });
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

const INPUTS = new Set(["FUNC_PARAM_IN", "FUNC_PARAM_DEFAULT", "FUNC_PARAM_INOUT", "FUNC_PARAM_VARIADIC"]);
const OUTPUTS = new Set(["FUNC_PARAM_OUT", "FUNC_PARAM_INOUT", "FUNC_PARAM_TABLE"]);

/** The query that a function in SQL answers with: its last statement. */
function bodyOf(made: CreateFunctionStmt): SelectStmt | undefined {
  let statements: Node[] = [];
  for (const option of made.options ?? []) {
    if (!("DefElem" in option)) continue;
    const { defname, arg } = option.DefElem;
    if (defname === "language" && arg && "String" in arg && arg.String.sval?.toLowerCase() !== "sql")
      return undefined;
    if (defname === "as" && arg && "List" in arg) statements = parseNow(strings(arg.List.items)[0] ?? "");
  }
  const body = made.sql_body;
  if (body && "List" in body)
    statements = (body.List.items ?? []).flatMap((n) => ("List" in n ? (n.List.items ?? []) : [n]));
  const last = body && "ReturnStmt" in body ? body : statements.at(-1);
  if (last && "ReturnStmt" in last && last.ReturnStmt.returnval) {
    return { targetList: [{ ResTarget: { val: last.ReturnStmt.returnval } }], op: "SETOP_NONE" };
  }
  return last && "SelectStmt" in last ? last.SelectStmt : undefined;
}

function defineFunction(schema: LineageSchema, made: CreateFunctionStmt): boolean {
  const path = strings(made.funcname);
  const query = bodyOf(made);
  if (!query || made.is_procedure) return false;
  const all = (made.parameters ?? []).flatMap((n) => ("FunctionParameter" in n ? [n.FunctionParameter] : []));
  const named = (modes: Set<string>): string[] =>
    all.filter((p) => modes.has(p.mode ?? "FUNC_PARAM_DEFAULT")).map((p) => p.name ?? "");
  const type = strings(made.returnType?.names);
  const rows = findTable(schema, type.at(-2), type.at(-1) ?? "");
  const outputs = named(OUTPUTS);
  const names = outputs.length > 0 ? outputs : rows ? [...rows.table.columns.keys()] : [path.at(-1) ?? ""];
  schema.tables.set(`${path.join(".")}()`, {
    columns: new Map(names.map((n) => [n, ""])),
    query,
    params: named(INPUTS),
  });
  return true;
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
  } else if ("CompositeTypeStmt" in statement) {
    const made = new Map<string, string>();
    addColumns(made, statement.CompositeTypeStmt.coldeflist ?? [], schema);
    schema.tables.set(nameOf(statement.CompositeTypeStmt.typevar), { columns: made });
  } else if ("CreateSeqStmt" in statement) {
    const columns = new Map([
      ["last_value", "bigint"],
      ["log_cnt", "bigint"],
      ["is_called", "boolean"],
    ]);
    schema.tables.set(nameOf(statement.CreateSeqStmt.sequence), { columns });
  } else if ("ViewStmt" in statement) {
    const { view, query, aliases } = statement.ViewStmt;
    if (!query || !("SelectStmt" in query)) return false;
    const given = strings(aliases);
    const names = columnsOf(query.SelectStmt).map((name, at) => given[at] ?? name);
    schema.tables.set(nameOf(view), { columns: new Map(names.map((n) => [n, ""])), query: query.SelectStmt });
  } else if ("CreateFunctionStmt" in statement) return defineFunction(schema, statement.CreateFunctionStmt);
  else if ("AlterTableStmt" in statement) alter(schema, statement.AlterTableStmt);
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
  const caseless = [...schema.tables.keys()].filter((name) => tried.includes(name.toLowerCase()));
  const within = schemaName ? [] : [...schema.tables.keys()].filter((name) => name.endsWith(`.${relname}`));
  const name = caseless.length === 1 ? caseless[0] : within.length === 1 ? within[0] : undefined;
  return name === undefined ? null : { name, table: schema.tables.get(name)! };
}
