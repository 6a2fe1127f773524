/**
 * What the fence asks of SQL that people write, by PostgreSQL's own parser: one select or expression, without what would
 * change the session or look beyond the organization.
 */
import { hasSqlDetails, parse } from "libpg-query";
import { AppError } from "../../lib/errors.ts";

const MAX_DEPTH = 400;
const MAX_NODES = 20_000;
/** Of these families what only computes. */
const HARMLESS = new Set(["pg_typeof", "pg_input_is_valid", "pg_column_size"]);
/** Functions that reach around the session, its settings, the server, or run SQL of their own. */
const CLOSED =
  /^(pg_|lo_|lo$|loread|lowrite|set_config$|current_setting$|query_to_|cursor_to_|table_to_|schema_to_|database_to_|dblink|nextval$|setval$|currval$|lastval$|txid_|inet_(client|server)_|has_.*_privilege$|ts_stat$|to_reg|row_security_active$|current_(user|database|schemas?)$|version$|current_query$)/;
/** Names of objects that a text can be turned into. */
const OBJECT_TYPES = /^reg[a-z]+$/;
const CLOSED_NODES: Record<string, string> = {
  InsertStmt: "insert",
  UpdateStmt: "update",
  DeleteStmt: "delete",
  MergeStmt: "merge",
  IntoClause: "select into",
  LockingClause: "for update",
  ParamRef: "$1",
};

/** A refusal with the place in what was written, counted from 1. */
export class SqlRefused extends AppError {
  readonly position: number | null;
  constructor(message: string, position: number | null, hint: string) {
    super("IN062", message, { hint });
    this.name = "SqlRefused";
    this.position = position;
  }
}

interface Fence {
  schema: string;
  nodes: number;
  /** Bytes before what was written. */
  offset: number;
}

/** What is asked of a text, and the answer, as they go to the thread and back. */
export interface Question {
  kind: "select" | "expression";
  sql: string;
  schema: string;
}
export type Verdict = null | { message: string; position: number | null; hint: string };

/** Within the thread: reads and judges. */
export async function judgeSql({ kind, sql, schema }: Question): Promise<Verdict> {
  try {
    await (kind === "select" ? checkSelect(sql, schema) : checkExpression(sql, schema));
    return null;
  } catch (error) {
    if (!(error instanceof SqlRefused)) throw error;
    return { message: error.message, position: error.position, hint: error.hint ?? "" };
  }
}

async function checkSelect(sql: string, schema: string): Promise<void> {
  const statements = await statementsOf(sql, 0);
  const only = statements[0];
  if (statements.length !== 1 || only === undefined || !("SelectStmt" in only))
    throw new SqlRefused(
      "this is not one select",
      null,
      "Write one select, without a semicolon and more behind it.",
    );
  walk(only, { schema, nodes: 0, offset: 0 }, 0);
}

async function checkExpression(sql: string, schema: string): Promise<void> {
  const before = "select (";
  const statements = await statementsOf(`${before}${sql}\n)`, before.length);
  const select = statements[0]?.SelectStmt;
  const { targetList, ...rest } = isRecord(select) ? select : {};
  const plain = Object.entries(rest).every(
    ([key, value]) => key === "limitOption" || (key === "op" && value === "SETOP_NONE"),
  );
  if (
    statements.length !== 1 ||
    !plain ||
    !Array.isArray(targetList) ||
    targetList.length !== 1 ||
    hasName(targetList[0])
  )
    throw new SqlRefused(
      "this is not one expression",
      null,
      "Write what could stand between select and from.",
    );
  walk(targetList[0], { schema, nodes: 0, offset: before.length }, 0);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function hasName(target: unknown): boolean {
  return isRecord(target) && isRecord(target.ResTarget) && "name" in target.ResTarget;
}

async function statementsOf(sql: string, offset: number): Promise<Record<string, unknown>[]> {
  try {
    const tree = await parse(sql);
    return (tree.stmts ?? []).map((s) => (s.stmt ?? {}) as Record<string, unknown>);
  } catch (error) {
    // The parser is out of its stack and of no use any more: its thread ends with this.
    if (!(hasSqlDetails(error) || (error instanceof Error && error.name === "SqlError"))) throw error;
    const details = hasSqlDetails(error) ? error.sqlDetails : undefined;
    const position = details === undefined ? null : Math.max(details.cursorPosition - offset, 0) + 1;
    throw new SqlRefused(
      details?.message ?? "this is no SQL",
      position,
      "Correct it; it is read as PostgreSQL 18 reads SQL.",
    );
  }
}

function walk(node: unknown, fence: Fence, depth: number): void {
  if (++fence.nodes > MAX_NODES || depth > MAX_DEPTH)
    throw new SqlRefused("the SQL is too long or nested too deep", null, "Make two steps of it.");
  if (Array.isArray(node)) {
    for (const item of node) walk(item, fence, depth + 1);
    return;
  }
  if (!isRecord(node)) return;
  for (const [kind, value] of Object.entries(node)) {
    inspect(kind, value, fence);
    walk(value, fence, depth + 1);
  }
}

function inspect(kind: string, value: unknown, fence: Fence): void {
  if (!isRecord(value) && kind !== "lockingClause" && kind !== "intoClause") return;
  const at =
    isRecord(value) && typeof value.location === "number"
      ? Math.max(value.location - fence.offset, 0) + 1
      : null;
  const refuse = (message: string, hint: string): never => {
    throw new SqlRefused(message, at, hint);
  };
  if (kind === "intoClause" || kind === "lockingClause" || Object.hasOwn(CLOSED_NODES, kind))
    refuse(
      `${CLOSED_NODES[kind] ?? kind.replace("Clause", "")} is not possible here`,
      "A pipeline's SQL reads; what it selects is its result.",
    );
  if (!isRecord(value)) return;
  if (kind === "RangeVar") {
    const name = String(value.relname);
    if (
      value.catalogname !== undefined ||
      (value.schemaname !== undefined && value.schemaname !== fence.schema)
    )
      refuse(
        `${String(value.schemaname)}.${name} is not one of your datasets`,
        "Name datasets without a schema.",
      );
    if (/^pg_/.test(name))
      refuse(`${name} is not one of your datasets`, "Only your organization's datasets are here.");
  }
  if (kind === "FuncCall" || kind === "TypeName" || kind === "typeName")
    inspectName(kind, value, fence.schema, refuse);
}

function namesOf(list: unknown): string[] {
  if (!Array.isArray(list)) return [];
  return list.map((part) => (isRecord(part) && isRecord(part.String) ? String(part.String.sval) : ""));
}

function inspectName(
  kind: string,
  value: Record<string, unknown>,
  schema: string,
  refuse: (message: string, hint: string) => never,
): void {
  const parts = namesOf(kind === "FuncCall" ? value.funcname : value.names);
  const name = parts.at(-1) ?? "";
  const where = parts.length > 1 ? parts.slice(0, -1).join(".") : null;
  if (where !== null && where !== "pg_catalog" && where !== schema)
    refuse(
      `${where}.${name} is not within reach`,
      "Use PostgreSQL's own functions and types, without a schema.",
    );
  if (kind === "FuncCall" && CLOSED.test(name) && !HARMLESS.has(name))
    refuse(`the function ${name} is not within reach`, "Use functions that compute values from rows.");
  if (kind !== "FuncCall" && OBJECT_TYPES.test(name))
    refuse(
      `the type ${name} is not within reach`,
      "Use types of values: text, integer, numeric, date, timestamptz, ...",
    );
}
