/** The columns of a row that is one value: `(t).*`, `(f(x)).*`, `(row(1, 2)).*`, and records filled from JSON. */
import type { Node } from "libpg-query";
import { callFunction, findFunction } from "./calls.ts";
import { argumentsOf, flowOf, stringsOf } from "./expressions.ts";
import { functionColumns } from "./functions.ts";
import { findTable } from "./schema.ts";
import { type Column, type Context, expandStar, isColumn, namedItem, type Scope } from "./scope.ts";

const FILLED = new Set([
  "json_populate_record",
  "jsonb_populate_record",
  "json_populate_recordset",
  "jsonb_populate_recordset",
]);

/** What the schema knows of the type that a value is cast to. */
function castColumns(context: Context, node: Node | undefined): string[] | null {
  if (!node || !("TypeCast" in node) || node.TypeCast.typeName?.arrayBounds) return null;
  const path = stringsOf(node.TypeCast.typeName?.names);
  const found = findTable(context.schema, path.at(-2), path.at(-1) ?? "");
  return found ? [...found.table.columns.keys()] : null;
}

/** The columns of a function that fills a row of the type of its first argument; null where it is none or not known. */
export function recordColumns(context: Context, call: Node): string[] | null {
  if (!("FuncCall" in call) || !FILLED.has(stringsOf(call.FuncCall.funcname).at(-1) ?? "")) return null;
  return castColumns(context, call.FuncCall.args?.[0]);
}

/** The columns of a row; null where they are not known. */
export function rowColumns(context: Context, scope: Scope, node: Node): Column[] | null {
  const make = (names: string[] | null | undefined): Column[] | null => {
    if (!names) return null;
    const flow = flowOf(context, scope, node);
    return names.map((name) => ({ name, flow, bases: [] }));
  };
  if ("ColumnRef" in node) {
    const [name, ...rest] = stringsOf(node.ColumnRef.fields);
    if (name === undefined || rest.length > 0 || isColumn(scope, name) || !namedItem(scope, name))
      return null;
    return expandStar(context, scope, [name]).columns;
  }
  if ("RowExpr" in node) {
    const args = node.RowExpr.args ?? [];
    return args.map((arg, at) => ({ name: `f${at + 1}`, flow: flowOf(context, scope, arg), bases: [] }));
  }
  if ("TypeCast" in node) return make(castColumns(context, node));
  if (!("FuncCall" in node)) return null;
  const path = stringsOf(node.FuncCall.funcname);
  const followed = findFunction(context, path);
  if (followed)
    return callFunction(context, scope, followed, argumentsOf(context, scope, node.FuncCall)).columns;
  const known = findTable(context.schema, path.at(-2), `${path.at(-1) ?? ""}()`)?.table.columns.keys();
  return make(known ? [...known] : (functionColumns(path.at(-1) ?? "") ?? recordColumns(context, node)));
}
