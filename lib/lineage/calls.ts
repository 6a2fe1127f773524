/** Functions written in SQL that the schema defines: their bodies are followed with what they are called with. */
import { addFlow, type Flow } from "./flows.ts";
import { findTable, type Table } from "./schema.ts";
import { type Column, type Columns, type Context, emptyScope, item, refuse, type Scope } from "./scope.ts";

export interface Argument {
  /** Of `name => value`. */
  name: string | null;
  flow: Flow;
}

export function findFunction(context: Context, path: string[]): { name: string; table: Table } | null {
  const found = findTable(context.schema, path.at(-2), `${path.at(-1) ?? ""}()`);
  return found?.table.query ? found : null;
}

/** The rows that the call gives. What the body names is not what the statement names: it is not noted as referenced. */
export function callFunction(
  context: Context,
  scope: Scope,
  called: { name: string; table: Table },
  args: Argument[],
): Columns {
  const { name, table } = called;
  if (!table.query) return { columns: [], open: [] };
  if (context.views.has(name))
    return refuse(`the function ${name} calls itself`, "Recursive functions are not followed.");
  const names = table.params ?? [];
  const flows = names.map(
    (param, at): Flow =>
      args.find((a) => a.name === param)?.flow ?? args.filter((a) => a.name === null)[at]?.flow ?? new Map(),
  );
  const params: Column[] = names.map((param, at) => ({
    name: param || `$${at + 1}`,
    flow: flows[at]!,
    bases: [],
  }));
  const sink: Flow = new Map();
  const outer: Scope = {
    ...emptyScope(null, sink),
    params: flows,
    items: [item(name.replace(/^.*\.|\(\)$/g, ""), { columns: params, open: [] })],
  };
  const inner: Context = { ...context, referenced: new Set(), followed: new Map() };
  context.views.add(name);
  const found = context.select(inner, table.query, outer);
  context.views.delete(name);
  addFlow(scope.sink, sink);
  const own = [...table.columns.keys()];
  return {
    open: found.open,
    columns: found.columns.map((c, at) => ({ ...c, name: own[at] ?? c.name, bases: [] })),
  };
}
