/** The flow of an expression: which base columns its value is made from, and how. */
import type { A_Indirection, CaseExpr, FuncCall, Node, SubLink, WindowDef } from "libpg-query";
import { type Argument, callFunction, findFunction } from "./calls.ts";
import { addFlow, type Flow, through, union } from "./flows.ts";
import { isAggregate } from "./functions.ts";
import {
  type Context,
  emptyScope,
  expandStar,
  isColumn,
  namedItem,
  refuse,
  resolve,
  type Scope,
} from "./scope.ts";

export const stringsOf = (nodes: Node[] | undefined): string[] =>
  (nodes ?? []).flatMap((n) => ("String" in n ? [n.String.sval ?? ""] : []));

/** A scope for a subquery within an expression: it sees everything, and decides about the same rows. */
export const within = (scope: Scope): Scope => ({ ...emptyScope(scope, scope.sink) });

function columnRef(context: Context, scope: Scope, fields: Node[]): Flow {
  const parts = stringsOf(fields);
  if (!fields.some((f) => "A_Star" in f)) return resolve(context, scope, parts);
  return through(
    union(expandStar(context, scope, parts).columns.map((c) => c.flow)),
    "DIRECT:TRANSFORMATION",
  );
}

/** What a window is made of, its base window included. */
function windowFlow(context: Context, scope: Scope, window: WindowDef, depth = 0): Flow {
  const MAX_WINDOWS = 50;
  const parts = [...(window.partitionClause ?? []), ...(window.orderClause ?? [])];
  if (window.startOffset) parts.push(window.startOffset);
  if (window.endOffset) parts.push(window.endOffset);
  const flow = through(flowOfAll(context, scope, parts), "INDIRECT:WINDOW");
  const isNamed = window.name !== undefined && parts.length === 0 && window.refname === undefined;
  const base = window.refname ?? (isNamed ? window.name : undefined);
  if (base === undefined) return flow;
  const named = scope.windows.get(base);
  if (!named || depth > MAX_WINDOWS)
    return refuse(`window ${base} does not exist`, "Define it in the query's WINDOW clause.");
  return named === window
    ? flow
    : addFlow(flow, windowFlow(context, scope, { ...named, name: undefined } as WindowDef, depth + 1));
}

/** What a function is called with. */
export function argumentsOf(context: Context, scope: Scope, node: FuncCall): Argument[] {
  return (node.args ?? []).map((arg) => {
    const named = "NamedArgExpr" in arg ? arg.NamedArgExpr : null;
    return { name: named?.name ?? null, flow: flowOf(context, scope, named?.arg ?? arg) };
  });
}

function call(context: Context, scope: Scope, node: FuncCall): Flow {
  const name = stringsOf(node.funcname).at(-1) ?? "";
  const own = findFunction(context, stringsOf(node.funcname));
  if (own)
    return union(
      callFunction(context, scope, own, argumentsOf(context, scope, node)).columns.map((c) => c.flow),
    );
  const aggregates =
    isAggregate(name) ||
    node.agg_star ||
    node.agg_distinct ||
    node.agg_within_group ||
    node.agg_filter !== undefined;
  const how = aggregates ? "DIRECT:AGGREGATION" : "DIRECT:TRANSFORMATION";
  const flow = through(flowOfAll(context, scope, node.args), how);
  if (node.agg_order) {
    // Of an ordered-set aggregate the order is the value; elsewhere it only says in which order values are taken.
    addFlow(
      flow,
      through(flowOfAll(context, scope, node.agg_order), node.agg_within_group ? how : "INDIRECT:SORT"),
    );
  }
  if (node.agg_filter) addFlow(flow, through(flowOf(context, scope, node.agg_filter), "INDIRECT:FILTER"));
  if (node.over) addFlow(flow, windowFlow(context, scope, node.over));
  return flow;
}

function cases(context: Context, scope: Scope, node: CaseExpr): Flow {
  const asked: Node[] = node.arg ? [node.arg] : [];
  const given: Node[] = node.defresult ? [node.defresult] : [];
  for (const when of node.args ?? []) {
    if (!("CaseWhen" in when)) continue;
    if (when.CaseWhen.expr) asked.push(when.CaseWhen.expr);
    if (when.CaseWhen.result) given.push(when.CaseWhen.result);
  }
  const flow = through(flowOfAll(context, scope, given), "DIRECT:TRANSFORMATION");
  return addFlow(flow, through(flowOfAll(context, scope, asked), "INDIRECT:CONDITIONAL"));
}

function subLink(context: Context, scope: Scope, node: SubLink): Flow {
  const { subselect, subLinkType, testexpr } = node;
  if (!subselect || !("SelectStmt" in subselect)) return new Map();
  const { columns } = context.select(context, subselect.SelectStmt, within(scope));
  if (subLinkType === "EXISTS_SUBLINK") return new Map();
  const flow = union(columns.map((c) => c.flow));
  if (subLinkType === "EXPR_SUBLINK" || subLinkType === "MULTIEXPR_SUBLINK") return flow;
  if (testexpr) addFlow(flow, flowOf(context, scope, testexpr));
  return through(flow, "DIRECT:TRANSFORMATION");
}

/** Fields that are no values: types, names, options. */
const NO_VALUES = new Set(["typeName", "funcname", "name", "indirection_names", "output", "format"]);

/** `(t).a` of a table's whole row is that column alone. */
function fieldOfRow(context: Context, scope: Scope, node: A_Indirection): Flow | null {
  const [first] = node.indirection ?? [];
  const fields = node.arg && "ColumnRef" in node.arg ? (node.arg.ColumnRef.fields ?? []) : [];
  const name = stringsOf(fields)[0];
  if (fields.length !== 1 || name === undefined || !first || !("String" in first)) return null;
  if (isColumn(scope, name)) return null;
  const column = stringsOf([first])[0] ?? "";
  const source = namedItem(scope, name);
  if (!source?.columns.some((c) => c.name === column)) return null;
  const flow = resolve(context, scope, [name, column]);
  return node.indirection!.length === 1 ? flow : through(flow, "DIRECT:TRANSFORMATION");
}

/** Whatever the expression is: all that is within it goes into the value. */
function contents(context: Context, scope: Scope, value: unknown): Flow {
  const flow: Flow = new Map();
  if (Array.isArray(value)) {
    for (const part of value) addFlow(flow, contents(context, scope, part));
  } else if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value);
    const [only] = entries;
    if (entries.length === 1 && only && /^[A-Z]/.test(only[0])) return flowOf(context, scope, value as Node);
    for (const [field, inner] of entries)
      if (!NO_VALUES.has(field)) addFlow(flow, contents(context, scope, inner));
  }
  return flow;
}

export function flowOfAll(context: Context, scope: Scope, nodes: readonly Node[] | undefined): Flow {
  return union((nodes ?? []).map((node) => flowOf(context, scope, node)));
}

/** $1 and on: within a function's body what it is called with, elsewhere nothing that is known. */
function parameter(scope: Scope, number: number): Flow {
  for (let at: Scope | null = scope; at; at = at.parent)
    if (at.params) return at.params[number - 1] ?? new Map();
  return new Map();
}

/** The flow of one expression. Errors: AppError BAD_SQL. */
export function flowOf(context: Context, scope: Scope, node: Node): Flow {
  if ("ColumnRef" in node) return columnRef(context, scope, node.ColumnRef.fields ?? []);
  if ("A_Const" in node || "SetToDefault" in node) return new Map();
  if ("ParamRef" in node) return parameter(scope, node.ParamRef.number ?? 0);
  if ("FuncCall" in node) return call(context, scope, node.FuncCall);
  if ("CaseExpr" in node) return cases(context, scope, node.CaseExpr);
  if ("SubLink" in node) return subLink(context, scope, node.SubLink);
  if ("SortBy" in node) return node.SortBy.node ? flowOf(context, scope, node.SortBy.node) : new Map();
  if ("CollateClause" in node)
    return node.CollateClause.arg ? flowOf(context, scope, node.CollateClause.arg) : new Map();
  if ("WindowDef" in node) return windowFlow(context, scope, node.WindowDef);
  if ("GroupingFunc" in node)
    return through(flowOfAll(context, scope, node.GroupingFunc.args), "INDIRECT:GROUP_BY");
  // JSON_ARRAY(select ...): a query where others have a subquery's node.
  if ("SelectStmt" in node)
    return union(context.select(context, node.SelectStmt, within(scope)).columns.map((c) => c.flow));
  if ("A_Indirection" in node) {
    const field = fieldOfRow(context, scope, node.A_Indirection);
    if (field) return field;
  }
  if ("List" in node) return flowOfAll(context, scope, node.List.items);
  if ("JsonArrayAgg" in node || "JsonObjectAgg" in node) return jsonAggregate(context, scope, node);
  const [inner] = Object.values(node);
  return through(contents(context, scope, inner), "DIRECT:TRANSFORMATION");
}

function jsonAggregate(context: Context, scope: Scope, node: Node): Flow {
  const agg =
    "JsonArrayAgg" in node ? node.JsonArrayAgg : "JsonObjectAgg" in node ? node.JsonObjectAgg : null;
  if (!agg) return new Map();
  const flow = through(contents(context, scope, agg.arg), "DIRECT:AGGREGATION");
  const how = agg.constructor as unknown as { agg_filter?: Node; agg_order?: Node[]; over?: WindowDef };
  if (how.agg_order) addFlow(flow, through(flowOfAll(context, scope, how.agg_order), "INDIRECT:SORT"));
  if (how.agg_filter) addFlow(flow, through(flowOf(context, scope, how.agg_filter), "INDIRECT:FILTER"));
  if (how.over) addFlow(flow, windowFlow(context, scope, how.over));
  return flow;
}

type Named = { name: string; strength: 0 | 1 | 2 };
const NONE: Named = { name: "?column?", strength: 0 };
const CONSTRUCTS: Record<string, string> = {
  CoalesceExpr: "coalesce",
  A_ArrayExpr: "array",
  RowExpr: "row",
  GroupingFunc: "grouping",
  MergeSupportFunc: "merge_action",
  XmlSerialize: "xmlserialize",
  JsonParseExpr: "json",
  JsonScalarExpr: "json_scalar",
  JsonSerializeExpr: "json_serialize",
  JsonObjectConstructor: "json_object",
  JsonArrayConstructor: "json_array",
  JsonArrayQueryConstructor: "json_array",
  JsonObjectAgg: "json_objectagg",
  JsonArrayAgg: "json_arrayagg",
};
const XML: Record<string, string> = {
  IS_XMLCONCAT: "xmlconcat",
  IS_XMLELEMENT: "xmlelement",
  IS_XMLFOREST: "xmlforest",
  IS_XMLPARSE: "xmlparse",
  IS_XMLPI: "xmlpi",
  IS_XMLROOT: "xmlroot",
};
const JSON_FUNCTIONS: Record<string, string> = {
  JSON_EXISTS_OP: "json_exists",
  JSON_QUERY_OP: "json_query",
  JSON_VALUE_OP: "json_value",
};

const sure = (name: string): Named => ({ name, strength: 2 });

function sqlValueName(op: string | undefined): string {
  return (op ?? "")
    .replace(/^SVFOP_/, "")
    .replace(/_N$/, "")
    .toLowerCase();
}

function subLinkName(node: SubLink): Named {
  if (node.subLinkType === "EXISTS_SUBLINK") return sure("exists");
  if (node.subLinkType === "ARRAY_SUBLINK") return sure("array");
  if (node.subLinkType !== "EXPR_SUBLINK" || !node.subselect || !("SelectStmt" in node.subselect))
    return NONE;
  let select = node.subselect.SelectStmt;
  const MAX_SET_DEPTH = 1000;
  for (let depth = 0; select.larg && depth < MAX_SET_DEPTH; depth++) select = select.larg;
  const target = select.targetList?.[0];
  if (!target || !("ResTarget" in target)) return select.valuesLists ? sure("column1") : NONE;
  if (target.ResTarget.name) return sure(target.ResTarget.name);
  return target.ResTarget.val ? named(target.ResTarget.val) : NONE;
}

function castName(arg: Node | undefined, names: Node[] | undefined): Named {
  const inner = arg ? named(arg) : NONE;
  if (inner.strength > 1) return inner;
  const type = stringsOf(names).at(-1);
  return type ? { name: type, strength: 1 } : inner;
}

function named(node: Node): Named {
  if ("ColumnRef" in node) {
    const name = stringsOf(node.ColumnRef.fields).at(-1);
    return name === undefined ? NONE : sure(name);
  }
  if ("A_Indirection" in node) {
    const name = stringsOf(node.A_Indirection.indirection).at(-1);
    return name === undefined ? (node.A_Indirection.arg ? named(node.A_Indirection.arg) : NONE) : sure(name);
  }
  if ("FuncCall" in node) return sure(stringsOf(node.FuncCall.funcname).at(-1) ?? "");
  if ("A_Expr" in node) return node.A_Expr.kind === "AEXPR_NULLIF" ? sure("nullif") : NONE;
  if ("TypeCast" in node) return castName(node.TypeCast.arg, node.TypeCast.typeName?.names);
  if ("CollateClause" in node) return node.CollateClause.arg ? named(node.CollateClause.arg) : NONE;
  if ("MinMaxExpr" in node) return sure(node.MinMaxExpr.op === "IS_LEAST" ? "least" : "greatest");
  if ("SQLValueFunction" in node) return sure(sqlValueName(node.SQLValueFunction.op));
  if ("XmlExpr" in node) return sure(XML[node.XmlExpr.op ?? ""] ?? "?column?");
  if ("JsonFuncExpr" in node) return sure(JSON_FUNCTIONS[node.JsonFuncExpr.op ?? ""] ?? "?column?");
  if ("SubLink" in node) return subLinkName(node.SubLink);
  if ("CaseExpr" in node) {
    const other = node.CaseExpr.defresult ? named(node.CaseExpr.defresult) : NONE;
    return other.strength > 1 ? other : { name: "case", strength: 1 };
  }
  const kind = Object.keys(node)[0] ?? "";
  return CONSTRUCTS[kind] ? sure(CONSTRUCTS[kind]) : NONE;
}

/** What PostgreSQL calls a column that has no alias. */
export const columnName = (node: Node): string => named(node).name;
