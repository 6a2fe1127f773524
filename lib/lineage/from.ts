/** FROM clauses: tables, subqueries, functions, joins. */
import type { Alias, JoinExpr, Node, RangeFunction, RangeSubselect, RangeVar } from "libpg-query";
import { callFunction, findFunction } from "./calls.ts";
import { argumentsOf, flowOf, flowOfAll, stringsOf } from "./expressions.ts";
import { addFlow, type Flow, through, union } from "./flows.ts";
import { functionColumns } from "./functions.ts";
import { recordColumns } from "./rows.ts";
import { findTable } from "./schema.ts";
import {
  type Column,
  type Columns,
  type Context,
  emptyScope,
  findCte,
  type Item,
  item,
  refuse,
  relation,
  type Scope,
  tableColumns,
} from "./scope.ts";

/** What an entry offers: itself, for joins and stars, and everything that may be named. */
export interface Offer {
  top: Item;
  all: Item[];
}

function rename(columns: Column[], alias: Alias | undefined): Column[] {
  const names = stringsOf(alias?.colnames);
  return columns.map((column, at) => (names[at] === undefined ? column : { ...column, name: names[at] }));
}

const alone = (top: Item): Offer => ({ top, all: [top] });

/** What a lateral entry sees of its own FROM clause. */
const lateral = (scope: Scope, left: Item[]): Scope => ({ ...scope, items: left });

export function rangeVar(context: Context, scope: Scope, node: RangeVar): Offer {
  const relname = node.relname ?? "";
  const cte = node.schemaname ? null : findCte(scope, relname);
  const name = node.alias?.aliasname ?? relname;
  if (cte) {
    addFlow(scope.sink, cte.sink);
    return alone(item(name, { columns: rename(cte.columns, node.alias), open: cte.open }));
  }
  const found = relation(context, scope.sink, node.schemaname, relname);
  const dot = found.name.lastIndexOf(".");
  const schema = node.alias ? null : dot > 0 ? found.name.slice(0, dot) : (node.schemaname ?? "public");
  return alone(item(name, { columns: rename(found.columns, node.alias), open: found.open }, { schema }));
}

function subselect(context: Context, scope: Scope, node: RangeSubselect, left: Item[]): Offer {
  if (!node.subquery || !("SelectStmt" in node.subquery))
    return refuse("a subquery is missing", "Write a SELECT or VALUES.");
  const parent = lateral(scope, node.lateral ? left : []);
  const found = context.select(context, node.subquery.SelectStmt, emptyScope(parent, scope.sink));
  return alone(
    item(node.alias?.aliasname ?? null, { columns: rename(found.columns, node.alias), open: found.open }),
  );
}

function definedColumns(list: Node[] | undefined): string[] {
  return (list ?? []).flatMap((n) => ("ColumnDef" in n ? [n.ColumnDef.colname ?? ""] : []));
}

interface Called extends Columns {
  scalar: boolean;
  any?: Flow;
}

/** The columns of one function of FROM. */
function oneFunction(
  context: Context,
  scope: Scope,
  call: Node,
  defined: string[],
  alias: string | undefined,
): Called {
  const flow = flowOf(context, scope, call);
  const path = "FuncCall" in call ? stringsOf(call.FuncCall.funcname) : [];
  const name = path.at(-1) ?? "";
  const make = (names: string[]): Called => ({
    columns: names.map((n) => ({ name: n, flow, bases: [] })),
    open: [],
    scalar: names.length === 1,
  });
  if (defined.length > 0) return make(defined);
  const followed = "FuncCall" in call ? findFunction(context, path) : null;
  if (followed && "FuncCall" in call) {
    const made = callFunction(context, scope, followed, argumentsOf(context, scope, call.FuncCall));
    const only = made.columns.length === 1 && made.columns[0]!.name === name && alias;
    return {
      ...made,
      columns: only ? [{ ...made.columns[0]!, name: alias }] : made.columns,
      scalar: made.columns.length === 1,
    };
  }
  const known = findTable(context.schema, path.at(-2), `${name}()`);
  if (known) return { ...tableColumns(context, known.name, known.table), scalar: false };
  const own = functionColumns(name) ?? recordColumns(context, call);
  if (own) return make(own);
  if (name === "unnest" && "FuncCall" in call && (call.FuncCall.args?.length ?? 0) > 1) {
    const flows = (call.FuncCall.args ?? []).map((arg) =>
      through(flowOf(context, scope, arg), "DIRECT:TRANSFORMATION"),
    );
    return { columns: flows.map((f) => ({ name: "unnest", flow: f, bases: [] })), open: [], scalar: false };
  }
  const fallback = "FuncCall" in call ? name : "SQLValueFunction" in call ? "current_value" : "coalesce";
  return { ...make([alias ?? fallback]), any: flow };
}

function functions(context: Context, scope: Scope, node: RangeFunction, left: Item[]): Offer {
  const seen = lateral(scope, left);
  const list = node.functions ?? [];
  const made = list.map((entry) => {
    const [call, own] = "List" in entry ? (entry.List.items ?? []) : [entry];
    const defined = own && "List" in own ? own.List.items : node.coldeflist;
    if (!call || Object.keys(call).length === 0) return { columns: [], open: [], scalar: false };
    return oneFunction(
      context,
      seen,
      call,
      definedColumns(defined),
      list.length === 1 ? node.alias?.aliasname : undefined,
    );
  });
  const columns = made.flatMap((m) => m.columns);
  if (node.ordinality) columns.push({ name: "ordinality", flow: new Map(), bases: [] });
  const first = list[0] && "List" in list[0] ? list[0].List.items?.[0] : undefined;
  const ownName = first && "FuncCall" in first ? stringsOf(first.FuncCall.funcname).at(-1) : undefined;
  const top = item(node.alias?.aliasname ?? ownName ?? null, {
    columns: rename(columns, node.alias),
    open: [],
  });
  const only = made.length === 1 ? made[0] : undefined;
  return alone({
    ...top,
    scalar: !node.ordinality && (only?.scalar ?? false),
    ...(only?.any ? { any: only.any } : {}),
  });
}

function jsonColumns(list: Node[] | undefined, flow: Column["flow"]): Column[] {
  return (list ?? []).flatMap((n) => {
    if (!("JsonTableColumn" in n)) return [];
    const { coltype, name, columns } = n.JsonTableColumn;
    if (coltype === "JTC_NESTED") return jsonColumns(columns, flow);
    return [{ name: name ?? "", flow: coltype === "JTC_FOR_ORDINALITY" ? new Map() : flow, bases: [] }];
  });
}

function documentTable(context: Context, scope: Scope, node: Node, left: Item[]): Offer | null {
  const seen = lateral(scope, left);
  if ("JsonTable" in node) {
    const { context_item: from, passing, columns, alias } = node.JsonTable;
    const parts = [from?.raw_expr, ...(passing ?? [])].filter((p): p is Node => p !== undefined);
    const flow = through(flowOfAll(context, seen, parts), "DIRECT:TRANSFORMATION");
    return alone(
      item(alias?.aliasname ?? "json_table", {
        columns: rename(jsonColumns(columns, flow), alias),
        open: [],
      }),
    );
  }
  if ("RangeTableFunc" in node) {
    const { docexpr, rowexpr, columns, alias } = node.RangeTableFunc;
    const parts = [docexpr, rowexpr].filter((p): p is Node => p !== undefined);
    const flow = through(flowOfAll(context, seen, parts), "DIRECT:TRANSFORMATION");
    const made = (columns ?? []).flatMap((n) => {
      if (!("RangeTableFuncCol" in n)) return [];
      const { colname, for_ordinality: ordinal, colexpr, coldefexpr } = n.RangeTableFuncCol;
      const own = [colexpr, coldefexpr].filter((p): p is Node => p !== undefined);
      const extra = through(flowOfAll(context, seen, own), "DIRECT:TRANSFORMATION");
      return [{ name: colname ?? "", flow: ordinal ? new Map() : union([flow, extra]), bases: [] }];
    });
    return alone(item(alias?.aliasname ?? "xmltable", { columns: rename(made, alias), open: [] }));
  }
  return null;
}

/** The merged column: of an outer join the side that is kept gives the value, of a full one both. */
function merged(name: string, left: Column, right: Column, type: JoinExpr["jointype"]): Column {
  const bases = [...left.bases, ...right.bases];
  if (type === "JOIN_FULL")
    return { name, bases, flow: through(union([left.flow, right.flow]), "DIRECT:TRANSFORMATION") };
  const [kept, other] = type === "JOIN_RIGHT" ? [right, left] : [left, right];
  return { name, bases, flow: union([kept.flow, through(other.flow, "INDIRECT:JOIN")]) };
}

function columnOf(side: Item, name: string): Column {
  const found = side.columns.filter((c) => c.name === name);
  if (found.length > 1)
    refuse(`column ${name} of USING is ambiguous`, "Give the columns of the join other names.");
  if (found[0]) return found[0];
  const table = side.open[0];
  if (table === undefined)
    return refuse(`column ${name} of USING does not exist`, "Name a column that both sides have.");
  return {
    name,
    flow: new Map([[`${table}\u0001${name}`, new Set(["DIRECT:IDENTITY" as const])]]),
    bases: [`${table}\u0001${name}`],
  };
}

function usedNames(node: JoinExpr, left: Item, right: Item): string[] {
  if (!node.isNatural) return stringsOf(node.usingClause);
  const names = new Set(right.columns.map((c) => c.name));
  return left.columns.map((c) => c.name).filter((n) => names.has(n));
}

function join(context: Context, scope: Scope, node: JoinExpr, left: Item[]): Offer {
  const l = fromItem(context, scope, node.larg!, left);
  const r = fromItem(context, scope, node.rarg!, [...left, ...l.all]);
  const names = usedNames(node, l.top, r.top);
  const shared = names.map((name) => {
    const pair = [columnOf(l.top, name), columnOf(r.top, name)] as const;
    for (const side of pair) {
      for (const base of side.bases) context.referenced.add(base);
      addFlow(scope.sink, through(side.flow, "INDIRECT:JOIN"));
    }
    return merged(name, ...pair, node.jointype);
  });
  if (node.quals) {
    const seen: Scope = { ...scope, items: [...l.all, ...r.all] };
    addFlow(scope.sink, through(flowOf(context, seen, node.quals), "INDIRECT:JOIN"));
  }
  const rest = (side: Item): Column[] => side.columns.filter((c) => !names.includes(c.name));
  const columns = rename([...shared, ...rest(l.top), ...rest(r.top)], node.alias);
  const top = item(node.alias?.aliasname ?? null, { columns, open: [...l.top.open, ...r.top.open] });
  if (node.alias) return alone(top);
  const all = [...l.all, ...r.all].map((i) => ({ ...i, bare: false }));
  const using = node.join_using_alias;
  if (using)
    all.push(item(using.aliasname ?? null, { columns: rename(shared, using), open: [] }, { bare: false }));
  return { top, all: [...all, top] };
}

/** One entry of FROM; `left` is what a lateral one may name. */
export function fromItem(context: Context, scope: Scope, node: Node, left: Item[]): Offer {
  if ("RangeVar" in node) return rangeVar(context, scope, node.RangeVar);
  if ("RangeSubselect" in node) return subselect(context, scope, node.RangeSubselect, left);
  if ("JoinExpr" in node) return join(context, scope, node.JoinExpr, left);
  if ("RangeFunction" in node) return functions(context, scope, node.RangeFunction, left);
  if ("RangeTableSample" in node) {
    const { relation: of, args, repeatable } = node.RangeTableSample;
    const parts = [...(args ?? []), ...(repeatable ? [repeatable] : [])];
    addFlow(scope.sink, through(flowOfAll(context, lateral(scope, left), parts), "INDIRECT:FILTER"));
    return fromItem(context, scope, of!, left);
  }
  return (
    documentTable(context, scope, node, left) ??
    refuse(
      `FROM has an entry that is not known: ${Object.keys(node)[0] ?? ""}`,
      "Use tables, subqueries, functions and joins.",
    )
  );
}

/** A FROM clause, into the scope. */
export function fromClause(context: Context, scope: Scope, nodes: Node[] | undefined): void {
  const all: Item[] = [];
  for (const node of nodes ?? []) all.push(...fromItem(context, scope, node, all).all);
  scope.items = all;
}
