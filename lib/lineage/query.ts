/** SELECT, VALUES, set operations and WITH. */
import type { CommonTableExpr, Node, ResTarget, SelectStmt, WithClause } from "libpg-query";
import { AppError } from "../errors.ts";
import { columnName, flowOf, flowOfAll, stringsOf } from "./expressions.ts";
import { addFlow, type Flow, type How, through, union } from "./flows.ts";
import { fromClause } from "./from.ts";
import { rowColumns } from "./rows.ts";
import {
  bareColumn,
  type Column,
  type Columns,
  type Context,
  type Cte,
  emptyScope,
  expandStar,
  item,
  refuse,
  type Scope,
} from "./scope.ts";

export type Modify = (context: Context, statement: Node, parent: Scope) => Columns;

/** A recursive query adds to its own sources until nothing is new; each round adds at least one. */
const MAX_ROUNDS = 1000;

/** Set by statements.ts: INSERT and the like within WITH. */
let modify: Modify | null = null;
export function setModify(how: Modify): void {
  modify = how;
}

const plain = (columns: Column[]): Column[] => columns.map((c) => ({ ...c, bases: [] }));

/** A select list or RETURNING. */
export function targets(context: Context, scope: Scope, list: Node[] | undefined): Columns {
  const columns: Column[] = [];
  const open: string[] = [];
  for (const node of list ?? []) {
    if (!("ResTarget" in node) || !node.ResTarget.val) continue;
    const { name, val } = node.ResTarget as ResTarget & { val: Node };
    const fields = "ColumnRef" in val ? (val.ColumnRef.fields ?? []) : [];
    if (fields.some((f) => "A_Star" in f)) {
      const star = expandStar(context, scope, stringsOf(fields));
      columns.push(...star.columns);
      open.push(...star.open);
    } else if ("A_Indirection" in val && val.A_Indirection.indirection?.some((i) => "A_Star" in i)) {
      const row = val.A_Indirection.indirection.length === 1 ? val.A_Indirection.arg : undefined;
      const known = row ? rowColumns(context, scope, row) : null;
      if (!known) context.warnings.add("the columns of a row that .* expands are not known");
      columns.push(...(known ?? [{ name: "*", flow: flowOf(context, scope, val), bases: [] }]));
    } else columns.push({ name: name ?? columnName(val), flow: flowOf(context, scope, val), bases: [] });
  }
  return { columns, open };
}

function decide(scope: Scope, flow: Flow, how: How): void {
  addFlow(scope.sink, through(flow, how));
}

/** Columns by name or position in ORDER BY, GROUP BY and DISTINCT ON; null: it is an expression. */
function targetOf(
  context: Context,
  scope: Scope,
  node: Node,
  list: Column[],
  inputFirst: boolean,
): Flow | null {
  if ("A_Const" in node && node.A_Const.ival) {
    const position = node.A_Const.ival.ival ?? 0;
    const star = list.findIndex((c) => c.name === "*");
    // A star whose columns nobody told may be any number of them.
    const column = star >= 0 && position > star ? list[star] : list[position - 1];
    return column
      ? column.flow
      : refuse("a position is not in the select list", "Count from 1 to the number of columns.");
  }
  const fields = "ColumnRef" in node ? (node.ColumnRef.fields ?? []) : [];
  const name = fields.length === 1 ? stringsOf(fields)[0] : undefined;
  if (name === undefined) return null;
  if (inputFirst) {
    const input = bareColumn(context, scope, name);
    if (input) return input;
  }
  const found = list.filter((c) => c.name === name);
  return found.length > 0 ? union(found.map((c) => c.flow)) : null;
}

function grouping(context: Context, scope: Scope, node: Node, list: Column[]): Flow {
  if ("GroupingSet" in node) {
    return union((node.GroupingSet.content ?? []).map((part) => grouping(context, scope, part, list)));
  }
  if ("RowExpr" in node)
    return union((node.RowExpr.args ?? []).map((part) => grouping(context, scope, part, list)));
  return targetOf(context, scope, node, list, true) ?? flowOf(context, scope, node);
}

/**
 * An expression of ORDER BY. Other databases let it name output columns; PostgreSQL does not, and the warning says so:
 * what the query means is plain all the same.
 */
function sortKey(context: Context, scope: Scope, node: Node, list: Column[]): Flow {
  try {
    return flowOf(context, scope, node);
  } catch (error) {
    if (!(error instanceof AppError) || !error.message.endsWith("does not exist")) throw error;
    const outputs = emptyScope(scope.parent, scope.sink);
    outputs.items = [item(null, { columns: list, open: [] })];
    const flow = flowOf(context, { ...scope, parent: outputs }, node);
    context.warnings.add("ORDER BY names an output column within an expression, which PostgreSQL refuses");
    return flow;
  }
}

function sorting(context: Context, scope: Scope, nodes: Node[] | undefined, list: Column[]): Flow {
  return union(
    (nodes ?? []).map((node) => {
      const inner = "SortBy" in node ? node.SortBy.node : node;
      if (!inner) return new Map();
      return targetOf(context, scope, inner, list, false) ?? sortKey(context, scope, inner, list);
    }),
  );
}

function values(context: Context, scope: Scope, lists: Node[]): Columns {
  const columns: Column[] = [];
  for (const list of lists) {
    for (const [at, node] of ("List" in list ? (list.List.items ?? []) : []).entries()) {
      columns[at] ??= { name: `column${at + 1}`, flow: new Map(), bases: [] };
      addFlow(columns[at].flow, flowOf(context, scope, node));
    }
  }
  return { columns, open: [] };
}

function core(context: Context, scope: Scope, node: SelectStmt): Columns {
  fromClause(context, scope, node.fromClause);
  for (const window of node.windowClause ?? [])
    if ("WindowDef" in window && window.WindowDef.name)
      scope.windows.set(window.WindowDef.name, window.WindowDef);
  const result = targets(context, scope, node.targetList);
  const list = result.columns;
  if (node.whereClause) decide(scope, flowOf(context, scope, node.whereClause), "INDIRECT:FILTER");
  if (node.havingClause) decide(scope, flowOf(context, scope, node.havingClause), "INDIRECT:FILTER");
  for (const part of node.groupClause ?? [])
    decide(scope, grouping(context, scope, part, list), "INDIRECT:GROUP_BY");
  // A window that no column uses is still parsed.
  for (const window of node.windowClause ?? []) flowOf(context, scope, window);
  decide(scope, sorting(context, scope, node.sortClause, list), "INDIRECT:SORT");
  if (node.distinctClause) {
    const on = node.distinctClause.filter((n) => Object.keys(n).length > 0);
    const flow = on.length > 0 ? sorting(context, scope, on, list) : union(list.map((c) => c.flow));
    decide(scope, flow, "INDIRECT:GROUP_BY");
  }
  return result;
}

function setOperation(context: Context, scope: Scope, node: SelectStmt): Columns {
  const left = select(context, node.larg!, scope);
  const right = select(context, node.rarg!, scope);
  const isUnion = node.op === "SETOP_UNION";
  if (left.open.length === 0 && right.open.length === 0 && left.columns.length !== right.columns.length) {
    refuse("both sides of a set operation need as many columns", "Give both the same number of columns.");
  }
  const columns = left.columns.map((column, at) => {
    const other = right.columns[at]?.flow ?? new Map();
    // What EXCEPT takes away gives no values: it decides which stay.
    const flow = union([column.flow, node.op === "SETOP_EXCEPT" ? through(other, "INDIRECT:FILTER") : other]);
    return { name: column.name, flow, bases: [] };
  });
  if (!isUnion || !node.all) {
    const compared = union([...left.columns, ...right.columns].map((c) => c.flow));
    decide(scope, compared, isUnion ? "INDIRECT:GROUP_BY" : "INDIRECT:FILTER");
  }
  decide(scope, sorting(context, { ...scope, items: [] }, node.sortClause, columns), "INDIRECT:SORT");
  return { columns, open: [...new Set([...left.open, ...right.open])] };
}

/** Any query; what decides about its rows goes to the parent's sink. Errors: AppError BAD_SQL. */
export function select(context: Context, node: SelectStmt, parent: Scope): Columns {
  context.budget.left -= 1;
  if (context.budget.left < 0) refuse("the statement reads too many queries within queries", "Split it.");
  const scope = emptyScope(parent, parent.sink);
  withClause(context, scope, node.withClause);
  let result: Columns;
  if (node.op && node.op !== "SETOP_NONE") result = setOperation(context, scope, node);
  else if (node.valuesLists) {
    result = values(context, scope, node.valuesLists);
    decide(scope, sorting(context, scope, node.sortClause, result.columns), "INDIRECT:SORT");
  } else result = core(context, scope, node);
  const limits = [node.limitCount, node.limitOffset].filter((n): n is Node => n !== undefined);
  decide(scope, flowOfAll(context, scope, limits), "INDIRECT:FILTER");
  return { columns: plain(result.columns), open: result.open };
}

function renamed(cte: CommonTableExpr, columns: Column[]): Column[] {
  const names = stringsOf(cte.aliascolnames);
  return columns.map((column, at) => ({ ...column, name: names[at] ?? column.name, bases: [] }));
}

/** What SEARCH and CYCLE add to the columns. */
function marks(cte: CommonTableExpr, columns: Column[]): Column[] {
  const of = (names: string[]): Flow =>
    through(union(columns.filter((c) => names.includes(c.name)).map((c) => c.flow)), "DIRECT:TRANSFORMATION");
  const added: Column[] = [];
  const { search_clause: search, cycle_clause: cycle } = cte;
  if (search?.search_seq_column)
    added.push({ name: search.search_seq_column, flow: of(stringsOf(search.search_col_list)), bases: [] });
  for (const name of [cycle?.cycle_mark_column, cycle?.cycle_path_column])
    if (name) added.push({ name, flow: of(stringsOf(cycle?.cycle_col_list)), bases: [] });
  return added;
}

const sizeOf = (columns: Column[]): number =>
  columns.reduce((sum, c) => sum + [...c.flow.values()].reduce((n, hows) => n + hows.size, 0), 0);

/** Again with what the last round found, until a round finds nothing new. */
function recursive(context: Context, scope: Scope, cte: CommonTableExpr, query: SelectStmt): Cte {
  const found: Cte = { columns: [], open: [], sink: new Map() };
  const inner: Scope = {
    ...emptyScope(scope, found.sink),
    ctes: new Map([[cte.ctename ?? "", () => found]]),
  };
  // Names in the order of PostgreSQL: WITH within the query sees the query's own name too.
  withClause(context, inner, query.withClause);
  const start = select(context, query.larg!, inner);
  found.columns = renamed(cte, start.columns);
  found.columns.push(...marks(cte, found.columns));
  found.open = start.open;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const before = sizeOf(found.columns) + found.sink.size;
    const { columns } = select(context, query.rarg!, inner);
    found.columns = found.columns.map((column, at) => ({
      ...column,
      flow: union([column.flow, columns[at]?.flow ?? new Map()]),
    }));
    const own = found.columns.slice(0, start.columns.length);
    found.columns = [...own, ...marks(cte, own)];
    if (sizeOf(found.columns) + found.sink.size === before) return found;
  }
  return found;
}

function oneCte(context: Context, scope: Scope, cte: CommonTableExpr, isRecursive: boolean): Cte {
  const query = cte.ctequery;
  if (!query) return refuse(`${cte.ctename} has no query`, "Write a query in parentheses after AS.");
  const sink: Flow = new Map();
  const parent: Scope = { ...emptyScope(scope, sink) };
  if (!("SelectStmt" in query)) {
    const { columns, open } = modify!(context, query, parent);
    return { columns: renamed(cte, columns), open, sink };
  }
  const statement = query.SelectStmt;
  if (isRecursive && statement.op === "SETOP_UNION" && statement.rarg)
    return recursive(context, scope, cte, statement);
  const { columns, open } = select(context, statement, parent);
  const named = renamed(cte, columns);
  return { columns: [...named, ...marks(cte, named)], open, sink };
}

/** The common table expressions of a statement, into its scope: each sees those before it, with RECURSIVE all. */
export function withClause(context: Context, scope: Scope, clause: WithClause | undefined): void {
  const list = (clause?.ctes ?? []).flatMap((n) => ("CommonTableExpr" in n ? [n.CommonTableExpr] : []));
  const all: (() => Cte)[] = [];
  for (const cte of list) {
    let known: Cte | undefined;
    let busy = false;
    const get = (): Cte => {
      if (known) return known;
      if (busy)
        return refuse(
          `${cte.ctename} reads itself through another query`,
          "PostgreSQL has no mutual recursion.",
        );
      busy = true;
      known = oneCte(context, scope, cte, clause?.recursive ?? false);
      busy = false;
      return known;
    };
    if (!clause?.recursive) get();
    scope.ctes.set(cte.ctename ?? "", get);
    all.push(get);
  }
  for (const get of all) get();
}
