/** Statements that write: INSERT, UPDATE, DELETE, MERGE, and those that make a table or view of a query. */
import type { InsertStmt, MergeStmt, Node, RangeVar, ResTarget, UpdateStmt } from "libpg-query";
import { flowOf, flowOfAll, stringsOf } from "./expressions.ts";
import { addFlow, type Flow, through, union } from "./flows.ts";
import { fromClause, fromItem, rangeVar } from "./from.ts";
import { select, setModify, targets, withClause } from "./query.ts";
import { findTable, nameOf } from "./schema.ts";
import {
  type Column,
  type Columns,
  type Context,
  emptyScope,
  expandStar,
  type Item,
  item,
  refuse,
  type Scope,
  tableColumns,
  type Write,
} from "./scope.ts";

const NOTHING: Columns = { columns: [], open: [] };

/** The target: never a common table expression, and a view stays itself. */
function target(context: Context, node: RangeVar | undefined): { name: string; top: Item } {
  if (!node) return refuse("the statement names no table", "Name the table to write to.");
  const found = findTable(context.schema, node.schemaname, node.relname ?? "");
  const name = found?.name ?? nameOf(node);
  const columns = tableColumns(context, name, found?.table ?? null);
  const alias = node.alias?.aliasname;
  return {
    name,
    top: item(alias ?? node.relname ?? null, columns, {
      schema: alias ? null : (node.schemaname ?? "public"),
    }),
  };
}

/** One assignment a column; two of one column (an upsert's) are one with both flows. */
function collect(into: Column[], name: string, flow: Flow): void {
  const known = into.find((c) => c.name === name);
  if (known) addFlow(known.flow, flow);
  else into.push({ name, flow: union([flow]), bases: [] });
}

function assignedFlow(context: Context, scope: Scope, node: Node): Flow {
  if (!("MultiAssignRef" in node)) return flowOf(context, scope, node);
  const { source, colno = 1 } = node.MultiAssignRef;
  if (!source) return new Map();
  if ("SubLink" in source && source.SubLink.subselect && "SelectStmt" in source.SubLink.subselect) {
    const { columns } = context.select(
      context,
      source.SubLink.subselect.SelectStmt,
      emptyScope(scope, scope.sink),
    );
    return columns[colno - 1]?.flow ?? new Map();
  }
  const parts = "RowExpr" in source ? (source.RowExpr.args ?? []) : [source];
  const part = parts[colno - 1];
  return part ? flowOf(context, scope, part) : new Map();
}

function assign(context: Context, scope: Scope, list: Node[] | undefined, into: Column[]): void {
  for (const node of list ?? []) {
    if (!("ResTarget" in node) || !node.ResTarget.val) continue;
    const { name, val, indirection } = node.ResTarget as ResTarget & { val: Node };
    const flow = assignedFlow(context, scope, val);
    // A part of a value is changed: the subscripts count too.
    addFlow(
      flow,
      through(
        flowOfAll(
          context,
          scope,
          indirection?.filter((i) => !("String" in i)),
        ),
        "INDIRECT:CONDITIONAL",
      ),
    );
    collect(into, name ?? "", flow);
  }
}

function returning(
  context: Context,
  scope: Scope,
  clause: { exprs?: Node[] } | undefined,
  top: Item,
): Columns {
  if (!clause?.exprs) return NOTHING;
  // Since PostgreSQL 18 the row before and after may be named.
  const both = ["old", "new"].map((name) => ({ ...top, name, schema: null, bare: false }));
  return targets(context, { ...scope, items: [...scope.items, ...both] }, clause.exprs);
}

const written = (write: Write, made: Column[]): Write => ({ ...write, columns: made });

function insert(context: Context, node: InsertStmt, scope: Scope): Columns {
  const { name, top } = target(context, node.relation);
  const given = (node.cols ?? []).flatMap((n) => ("ResTarget" in n ? [n.ResTarget.name ?? ""] : []));
  const source =
    node.selectStmt && "SelectStmt" in node.selectStmt
      ? select(context, node.selectStmt.SelectStmt, scope)
      : NOTHING;
  const names = given.length > 0 ? given : top.columns.map((c) => c.name);
  const made: Column[] = [];
  for (const [at, column] of source.columns.entries()) {
    // Without a schema the columns of the target are not known: then the query's own names stand for them.
    collect(
      made,
      names[at] ??
        (top.open.length > 0
          ? column.name
          : refuse("INSERT has more expressions than target columns", "Give as many as the table has.")),
      column.flow,
    );
  }
  const clause = node.onConflictClause;
  scope.items = [top];
  if (clause?.action === "ONCONFLICT_UPDATE") {
    const excluded = item(
      "excluded",
      {
        columns: top.columns.map((c) => ({
          ...c,
          flow: made.find((m) => m.name === c.name)?.flow ?? new Map(),
          bases: [],
        })),
        open: top.open,
      },
      { bare: false },
    );
    if (top.open.length > 0) excluded.columns = made.map((m) => ({ ...m, bases: [] }));
    const seen: Scope = { ...scope, items: [top, excluded] };
    const updates: Column[] = [];
    assign(context, seen, clause.targetList, updates);
    if (clause.whereClause)
      addFlow(scope.sink, through(flowOf(context, seen, clause.whereClause), "INDIRECT:FILTER"));
    for (const update of updates) collect(made, update.name, update.flow);
  }
  context.writes.push(written({ table: name, kind: "insert", columns: [], open: [] }, made));
  return returning(context, scope, node.returningClause, top);
}

function update(context: Context, node: UpdateStmt, scope: Scope): Columns {
  const { name, top } = target(context, node.relation);
  fromClause(context, scope, node.fromClause);
  scope.items = [top, ...scope.items];
  const made: Column[] = [];
  assign(context, scope, node.targetList, made);
  if (node.whereClause)
    addFlow(scope.sink, through(flowOf(context, scope, node.whereClause), "INDIRECT:FILTER"));
  context.writes.push({ table: name, kind: "update", columns: made, open: [] });
  return returning(context, scope, node.returningClause, top);
}

function remove(context: Context, node: UpdateStmt & { usingClause?: Node[] }, scope: Scope): Columns {
  const { name, top } = target(context, node.relation);
  fromClause(context, scope, node.usingClause);
  scope.items = [top, ...scope.items];
  if (node.whereClause)
    addFlow(scope.sink, through(flowOf(context, scope, node.whereClause), "INDIRECT:FILTER"));
  context.writes.push({ table: name, kind: "delete", columns: [], open: [] });
  return returning(context, scope, node.returningClause, top);
}

function merge(context: Context, node: MergeStmt, scope: Scope): Columns {
  const { name, top } = target(context, node.relation);
  const source = node.sourceRelation ? fromItem(context, scope, node.sourceRelation, []).all : [];
  scope.items = [top, ...source];
  if (node.joinCondition)
    addFlow(scope.sink, through(flowOf(context, scope, node.joinCondition), "INDIRECT:JOIN"));
  const made: Column[] = [];
  for (const clause of node.mergeWhenClauses ?? []) {
    if (!("MergeWhenClause" in clause)) continue;
    const { condition, commandType, targetList, values } = clause.MergeWhenClause;
    if (condition) addFlow(scope.sink, through(flowOf(context, scope, condition), "INDIRECT:CONDITIONAL"));
    if (commandType === "CMD_UPDATE") assign(context, scope, targetList, made);
    if (commandType !== "CMD_INSERT") continue;
    const given = (targetList ?? []).flatMap((n) => ("ResTarget" in n ? [n.ResTarget.name ?? ""] : []));
    const names = given.length > 0 ? given : top.columns.map((c) => c.name);
    for (const [at, value] of (values ?? []).entries())
      collect(made, names[at] ?? `column${at + 1}`, flowOf(context, scope, value));
  }
  context.writes.push({ table: name, kind: "merge", columns: made, open: [] });
  return returning(context, scope, node.returningClause, { ...top });
}

function make(
  context: Context,
  relation: RangeVar | undefined,
  names: string[],
  query: Node | undefined,
  scope: Scope,
): Columns {
  if (!query || !("SelectStmt" in query)) return NOTHING;
  const found = select(context, query.SelectStmt, scope);
  const columns = found.columns.map((c, at) => ({ ...c, name: names[at] ?? c.name }));
  context.writes.push({ table: nameOf(relation), kind: "create", columns, open: found.open });
  return NOTHING;
}

/** `select * from t` of a COPY without a query. */
function copied(
  context: Context,
  relation: RangeVar | undefined,
  attributes: string[],
  scope: Scope,
): Columns {
  if (!relation) return NOTHING;
  scope.items = rangeVar(context, scope, relation).all;
  const all = expandStar(context, scope, []);
  return attributes.length === 0
    ? all
    : { ...all, columns: all.columns.filter((c) => attributes.includes(c.name)) };
}

/** Follows one statement; null where it neither reads nor writes rows. Errors: AppError BAD_SQL. */
export function follow(context: Context, statement: Node, parent: Scope): Columns | null {
  const scope = emptyScope(parent, parent.sink);
  if ("SelectStmt" in statement) {
    const { intoClause } = statement.SelectStmt;
    if (intoClause) return make(context, intoClause.rel, stringsOf(intoClause.colNames), statement, scope);
    return select(context, statement.SelectStmt, scope);
  }
  if ("InsertStmt" in statement) {
    withClause(context, scope, statement.InsertStmt.withClause);
    return insert(context, statement.InsertStmt, scope);
  }
  if ("UpdateStmt" in statement) {
    withClause(context, scope, statement.UpdateStmt.withClause);
    return update(context, statement.UpdateStmt, scope);
  }
  if ("DeleteStmt" in statement) {
    withClause(context, scope, statement.DeleteStmt.withClause);
    return remove(context, statement.DeleteStmt, scope);
  }
  if ("MergeStmt" in statement) {
    withClause(context, scope, statement.MergeStmt.withClause);
    return merge(context, statement.MergeStmt, scope);
  }
  if ("ViewStmt" in statement) {
    return make(
      context,
      statement.ViewStmt.view,
      stringsOf(statement.ViewStmt.aliases),
      statement.ViewStmt.query,
      scope,
    );
  }
  if ("CreateTableAsStmt" in statement) {
    const { into, query } = statement.CreateTableAsStmt;
    return make(context, into?.rel, stringsOf(into?.colNames), query, scope);
  }
  if ("CopyStmt" in statement) {
    const { query, relation, attlist, is_from: isFrom } = statement.CopyStmt;
    if (query) return follow(context, query, scope);
    return isFrom ? null : copied(context, relation, stringsOf(attlist), scope);
  }
  const inner = within(statement);
  return inner ? follow(context, inner, scope) : null;
}

/** The statement that another one carries. */
function within(statement: Node): Node | undefined {
  if ("ExplainStmt" in statement) return statement.ExplainStmt.query;
  if ("DeclareCursorStmt" in statement) return statement.DeclareCursorStmt.query;
  if ("PrepareStmt" in statement) return statement.PrepareStmt.query;
  return undefined;
}

setModify((context, statement, parent) => follow(context, statement, parent) ?? NOTHING);
