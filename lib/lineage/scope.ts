/** Names as PostgreSQL's parser resolves them: what a FROM clause offers, level by level. */
import type { SelectStmt, WindowDef } from "libpg-query";
import { AppError } from "../errors.ts";
import { addFlow, type Flow, flowOfKey, keyOf, through, union } from "./flows.ts";
import { findTable, type LineageSchema, type Table } from "./schema.ts";

export interface Column {
  name: string;
  flow: Flow;
  /** Base columns that naming this one names; none for a subquery's, which named its own. */
  bases: string[];
}

/** Columns, and the tables behind a star whose columns nobody told. */
export interface Columns {
  columns: Column[];
  open: string[];
}

/** One entry of a FROM clause. */
export interface Item extends Columns {
  name: string | null;
  /** The schema, where the entry may be named with it. */
  schema: string | null;
  /** May be named as `name.column`. */
  named: boolean;
  /** Its columns may be named alone. */
  bare: boolean;
  /** A function that yields one column: its name stands for the value. */
  scalar?: boolean;
  /** A function whose columns are not known here: whatever is asked of it is made from its arguments. */
  any?: Flow;
}

export interface Cte extends Columns {
  /** What decides about its rows; counts for whoever reads it. */
  sink: Flow;
}

export interface Scope {
  parent: Scope | null;
  items: Item[];
  ctes: Map<string, () => Cte>;
  windows: Map<string, WindowDef>;
  /** Where what decides about rows is kept. */
  sink: Flow;
  /** What the body of a function is called with: $1 and on. */
  params?: Flow[];
}

export interface Write extends Columns {
  table: string;
  kind: "insert" | "update" | "delete" | "merge" | "create";
}

/** What one statement is followed with. */
export interface Context {
  schema: LineageSchema;
  /** Every base column that is named, stars expanded. */
  referenced: Set<string>;
  tables: Set<string>;
  warnings: Set<string>;
  writes: Write[];
  /** Views that are being followed: one that reads itself is refused. */
  views: Set<string>;
  /** Views that were followed, with what decides about their rows. */
  followed: Map<string, Cte>;
  /** How many queries may still be followed: views of views and functions of functions multiply. */
  budget: { left: number };
  select(context: Context, statement: SelectStmt, parent: Scope): Columns;
}

export const emptyScope = (parent: Scope | null = null, sink: Flow = new Map()): Scope => ({
  parent,
  items: [],
  ctes: new Map(),
  windows: new Map(),
  sink,
});

export function refuse(message: string, hint: string): never {
  throw new AppError("BAD_SQL", message, { hint });
}

export const item = (name: string | null, from: Columns, more: Partial<Item> = {}): Item => ({
  name,
  schema: null,
  named: name !== null,
  bare: true,
  ...from,
  ...more,
});

export function findCte(scope: Scope, name: string): Cte | null {
  for (let at: Scope | null = scope; at; at = at.parent) {
    const found = at.ctes.get(name);
    if (found) return found();
  }
  return null;
}

/** A base table's own columns. */
export function tableColumns(context: Context, name: string, table: Table | null): Columns {
  context.tables.add(name);
  if (!table) {
    if (!context.schema.isEmpty) context.warnings.add(`the schema has no table ${name}`);
    return { columns: [], open: [name] };
  }
  const columns = [...table.columns.keys()].map((column) => {
    const key = keyOf(name, column);
    return { name: column, flow: flowOfKey(key), bases: [key] };
  });
  return { columns, open: [] };
}

function followView(context: Context, name: string, table: Table): Cte {
  const known = context.followed.get(name);
  if (known) return known;
  if (context.views.has(name)) refuse(`the view ${name} reads itself`, "Correct the views of the schema.");
  context.views.add(name);
  const scope = emptyScope();
  const { columns, open } = context.select(context, table.query!, scope);
  context.views.delete(name);
  const names = [...table.columns.keys()];
  const named = columns.map((c, at) => ({ ...c, name: names[at] ?? c.name, bases: [] }));
  const found: Cte = { columns: named, open, sink: scope.sink };
  context.followed.set(name, found);
  return found;
}

/** A table or, followed to what it reads, a view; what decides about a view's rows goes to the sink. */
export function relation(
  context: Context,
  sink: Flow,
  schemaName: string | undefined,
  relname: string,
): Columns & { name: string } {
  const found = findTable(context.schema, schemaName, relname);
  const name = found?.name ?? (schemaName ? `${schemaName}.${relname}` : relname);
  if (!found?.table.query) return { name, ...tableColumns(context, name, found?.table ?? null) };
  const view = followView(context, name, found.table);
  addFlow(sink, view.sink);
  return { name, columns: view.columns, open: view.open };
}

function use(context: Context, column: Column): Flow {
  for (const base of column.bases) context.referenced.add(base);
  return column.flow;
}

function openColumn(context: Context, table: string, name: string): Flow {
  const key = keyOf(table, name);
  context.referenced.add(key);
  return flowOfKey(key);
}

/** What every table has beside its columns. */
const SYSTEM = new Set(["ctid", "xmin", "xmax", "cmin", "cmax", "tableoid"]);

function inItem(context: Context, source: Item, name: string): Flow | null {
  const matches = source.columns.filter((c) => c.name === name);
  if (matches.length > 1) refuse(`column ${name} is ambiguous`, "Name it with its table.");
  if (matches[0]) return use(context, matches[0]);
  if (SYSTEM.has(name) && source.open.length > 0) return new Map();
  if (source.open[0] && source.open.length === 1) return openColumn(context, source.open[0], name);
  if (source.open.length > 1) {
    context.warnings.add(
      `column ${name} may be of any of ${source.open.join(", ")}: their columns are not known`,
    );
    return new Map();
  }
  return source.any ? through(source.any, "DIRECT:TRANSFORMATION") : null;
}

/** At one level, a name alone. */
export function bareColumn(context: Context, scope: Scope, name: string, isSure = false): Flow | null {
  const bare = scope.items.filter((i) => i.bare);
  const sure = bare.filter((i) => i.columns.some((c) => c.name === name));
  if (sure.length > 1) refuse(`column ${name} is ambiguous`, "Name it with its table.");
  if (sure[0]) return inItem(context, sure[0], name);
  const open = [...new Set(bare.flatMap((i) => i.open))];
  const any = isSure ? [] : bare.flatMap((i) => (i.any ? [i.any] : []));
  if (open.length === 0 && any.length !== 1) return null;
  return inItem(context, item(null, { columns: [], open }, any[0] ? { any: any[0] } : {}), name);
}

export function namedItem(scope: Scope, name: string, schema?: string): Item | null {
  for (let at: Scope | null = scope; at; at = at.parent) {
    const found = at.items.filter((i) => i.named && i.name === name && (!schema || i.schema === schema));
    if (found.length > 1) refuse(`the table name ${name} is given twice`, "Give one of them another alias.");
    if (found[0]) return found[0];
  }
  return null;
}

/** Whether a name alone is a column's, which goes before a whole row of that name. */
export function isColumn(scope: Scope, name: string): boolean {
  for (let at: Scope | null = scope; at; at = at.parent)
    if (at.items.some((i) => i.bare && i.columns.some((c) => c.name === name))) return true;
  return false;
}

function wholeRow(context: Context, source: Item): Flow {
  const flow = union(source.columns.map((column) => use(context, column)));
  for (const table of source.open) addFlow(flow, openColumn(context, table, "*"));
  return source.scalar ? flow : through(flow, "DIRECT:TRANSFORMATION");
}

/** A column by its name's parts. Errors: AppError BAD_SQL. */
export function resolve(context: Context, scope: Scope, parts: string[]): Flow {
  const [first = "", second, third] = parts;
  if (second === undefined) {
    // What is known at any level goes before what a function might have.
    for (const isSure of [true, false])
      for (let at: Scope | null = scope; at; at = at.parent) {
        const flow = bareColumn(context, at, first, isSure);
        if (flow) return flow;
      }
    const whole = namedItem(scope, first);
    if (whole) return wholeRow(context, whole);
    if (SYSTEM.has(first)) return new Map();
    refuse(`column ${first} does not exist`, "Check the query against the schema that was given with it.");
  }
  const source = third === undefined ? namedItem(scope, first) : namedItem(scope, second, first);
  // database.schema.table.column
  if (!source && parts.length > 3) return resolve(context, scope, parts.slice(1));
  if (!source) {
    refuse(
      `${parts.slice(0, -1).join(".")} is not in the FROM clause`,
      "Name a table or alias of the same query.",
    );
  }
  const column = third ?? second;
  const flow = inItem(context, source, column);
  if (flow) return flow;
  if (SYSTEM.has(column)) return new Map();
  return refuse(
    `column ${parts.join(".")} does not exist`,
    "Check the query against the schema that was given with it.",
  );
}

/** The columns that a star stands for. */
export function expandStar(context: Context, scope: Scope, qualifier: string[]): Columns {
  let sources: Item[];
  if (qualifier.length === 0) sources = scope.items.filter((i) => i.bare);
  else {
    const name = qualifier.at(-1)!;
    const found = namedItem(scope, name, qualifier.at(-2));
    if (!found)
      return refuse(
        `${qualifier.join(".")} is not in the FROM clause`,
        "Name a table or alias of the same query.",
      );
    sources = [found];
  }
  const columns: Column[] = [];
  const open = new Set<string>();
  for (const source of sources) {
    for (const column of source.columns)
      columns.push({ name: column.name, flow: use(context, column), bases: [] });
    for (const table of source.open) {
      open.add(table);
      columns.push({ name: "*", flow: openColumn(context, table, "*"), bases: [] });
    }
  }
  return { columns, open: [...open] };
}
