/** A tree checked against the columns that there are, and written as SQL. */
import { type Argument, asText, FUNCTIONS, type FunctionSpec } from "./functions.ts";
import { parseExpression } from "./parse.ts";
import { ExpressionError, type ExpressionType, type Node, type Operator, type ValueType } from "./types.ts";

export interface Column {
  name: string;
  /** PostgreSQL's name of its type. */
  type: string;
  /** The relation that it stands in, quoted; else the one that is given for all. */
  alias?: string;
}

export interface Compiled {
  sql: string;
  type: ValueType;
}

type Part = { sql: string; type: ExpressionType; node: Node };

const SQL_TYPES: Record<ValueType, string> = {
  text: "text",
  number: "numeric",
  boolean: "boolean",
  date: "date",
  timestamp: "timestamptz",
};
const MAX_NODES = 1000;

/** How the language sees a column's type; what it does not know is text. */
export function valueType(sqlType: string): ValueType {
  if (/^(smallint|integer|bigint|numeric|real|double precision)/.test(sqlType)) return "number";
  if (sqlType === "boolean" || sqlType === "date") return sqlType;
  return sqlType.startsWith("timestamp") ? "timestamp" : "text";
}

/**
 * Compiles an expression over the columns of the alias. `wanted`: the type that it must have. Errors: ExpressionError with
 * the place and what was expected there.
 */
export function compileExpression(
  text: string,
  columns: readonly Column[],
  wanted?: ValueType,
  alias = "t",
): Compiled {
  const scope: Scope = { columns: new Map(columns.map((c) => [c.name, c])), alias, nodes: 0 };
  const part = compile(parseExpression(text), scope);
  if (wanted !== undefined && part.type !== wanted && part.type !== "null")
    throw new ExpressionError(`${a(wanted)} is expected, and this is ${a(part.type)}`, part.node.at);
  const type = part.type === "null" ? (wanted ?? "text") : part.type;
  return { sql: typed(part, type), type };
}

interface Scope {
  columns: ReadonlyMap<string, Column>;
  alias: string;
  nodes: number;
}

function a(type: ExpressionType): string {
  return type === "null" ? "null" : `a ${type}`;
}

export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

export function quoteText(text: string): string {
  const plain = `'${text.replaceAll("'", "''")}'`;
  return text.includes("\\") ? ` E${plain.replaceAll("\\", "\\\\")}` : plain;
}

/** NULL needs a type of its own in SQL. */
function typed(part: Part, type: ValueType): string {
  return part.type === "null" ? `null::${SQL_TYPES[type]}` : part.sql;
}

function compile(node: Node, scope: Scope): Part {
  if (++scope.nodes > MAX_NODES)
    throw new ExpressionError(
      `an expression has at most ${MAX_NODES} parts`,
      node.at,
      "Derive a part of it in a step before.",
    );
  switch (node.kind) {
    case "literal":
      return { sql: literal(node.type, node.value), type: node.type, node };
    case "field":
      return field(node, scope);
    case "not":
      return { sql: `(not ${need(compile(node.argument, scope), "boolean")})`, type: "boolean", node };
    case "negative":
      return { sql: `(- ${need(compile(node.argument, scope), "number")})`, type: "number", node };
    case "binary":
      return binary(node, scope);
    case "is_null": {
      const inner = compile(node.argument, scope);
      const sql = typed(inner, "text");
      return { sql: `(${sql} is ${node.negated ? "not " : ""}null)`, type: "boolean", node };
    }
    case "in": {
      const parts = alike([compile(node.argument, scope), ...node.list.map((n) => compile(n, scope))]);
      const [first, ...rest] = parts.sql;
      return {
        sql: `(${first} ${node.negated ? "not " : ""}in (${rest.join(", ")}))`,
        type: "boolean",
        node,
      };
    }
    case "case":
      return cases(node, scope);
    case "call":
      return node.name === "if" ? branch(node, scope) : call(node, scope);
  }
}

function literal(type: ExpressionType, value: string): string {
  if (type === "number") return `${value}::numeric`;
  if (type === "boolean") return value;
  if (type === "text") return `${quoteText(value)}::text`;
  return "null";
}

function field(node: Node & { kind: "field" }, { columns, alias }: Scope): Part {
  const found = columns.get(node.name);
  if (found === undefined) {
    const names = [...columns.keys()].slice(0, 30).join(", ");
    throw new ExpressionError(`there is no column ${node.name}`, node.at, `Columns here: ${names}.`);
  }
  const type = valueType(found.type);
  const plain = found.type === SQL_TYPES[type] || found.type === "timestamp with time zone";
  const name = `${found.alias ?? alias}.${quoteName(node.name)}`;
  if (found.type === "timestamp without time zone")
    return { sql: `(${name} at time zone 'UTC')`, type, node };
  return { sql: plain ? name : `${name}::${SQL_TYPES[type]}`, type, node };
}

function need(part: Part, type: ValueType): string {
  if (part.type === type || part.type === "null") return typed(part, type);
  const hint =
    part.type === "text" || type === "text" ? `Write ${type}(...) around it to convert it.` : undefined;
  throw new ExpressionError(`a ${type} is expected, and this is ${a(part.type)}`, part.node.at, hint);
}

const DATE = /^\d{4}-\d{2}-\d{2}$/;

/** A text that is written out beside a date is one: '2026-01-31'. */
function asDate(part: Part, type: ValueType): Part {
  if (part.node.kind !== "literal" || part.type !== "text" || (type !== "date" && type !== "timestamp"))
    return part;
  const { value } = part.node;
  const moment = new Date(`${value}T00:00:00Z`);
  const real = DATE.test(value) && !Number.isNaN(moment.getTime()) && moment.toISOString().startsWith(value);
  if (!real)
    throw new ExpressionError(
      "this is compared with a date, and is none",
      part.node.at,
      "Write dates as '2026-01-31'.",
    );
  return { ...part, sql: type === "date" ? `date '${value}'` : `timestamptz '${value} 00:00:00+00'`, type };
}

/** Parts of one type, as SQL; text constants beside dates become dates. */
function alike(parts: Part[]): { sql: string[]; type: ExpressionType } {
  const known = parts.find((p) => p.type !== "null" && !(p.type === "text" && p.node.kind === "literal"));
  const type = known?.type ?? parts.find((p) => p.type !== "null")?.type ?? "null";
  if (type === "null") return { sql: parts.map((p) => typed(p, "text")), type };
  const turned = parts.map((p) => asDate(p, type));
  return { sql: turned.map((p) => need(p, type)), type };
}

const ARITHMETIC: ReadonlySet<Operator> = new Set(["+", "-", "*", "/", "%"]);

function binary(node: Node & { kind: "binary" }, scope: Scope): Part {
  const { operator } = node;
  const left = compile(node.left, scope);
  const right = compile(node.right, scope);
  if (operator === "and" || operator === "or")
    return { sql: `(${need(left, "boolean")} ${operator} ${need(right, "boolean")})`, type: "boolean", node };
  if (ARITHMETIC.has(operator))
    return { sql: arithmetic(operator, need(left, "number"), need(right, "number")), type: "number", node };
  if (operator === "||") {
    const text = (p: Part): string =>
      p.type === "null" ? typed(p, "text") : asText({ sql: p.sql, type: p.type });
    return { sql: `(${text(left)} || ${text(right)})`, type: "text", node };
  }
  const { sql, type } = alike([left, right]);
  const ordered = operator !== "=" && operator !== "<>";
  if (ordered && type === "boolean")
    throw new ExpressionError("true and false have no order", node.at, "Compare them with = or <>.");
  // By code points, the same in every database, whatever its collation.
  const collate = ordered && type === "text" ? ' collate "C"' : "";
  return { sql: `(${sql[0]}${collate} ${operator} ${sql[1]}${collate})`, type: "boolean", node };
}

/**
 * Division by zero is null. A quotient has 12 decimals, rounded half away from zero, from a truncated one with 13: the same
 * wherever it is computed, which PostgreSQL's own number of decimals is not.
 */
function arithmetic(operator: Operator, left: string, right: string): string {
  if (operator === "/")
    return `trim_scale(round(div(${left} * 10000000000000, nullif(${right}, 0)) * 0.0000000000001, 12))`;
  if (operator === "%") return `mod(${left}, nullif(${right}, 0))`;
  return `(${left} ${operator} ${right})`;
}

function cases(node: Node & { kind: "case" }, scope: Scope): Part {
  const conditions = node.branches.map((b) => need(compile(b.when, scope), "boolean"));
  const values = node.branches.map((b) => compile(b.value, scope));
  const rest = node.otherwise === null ? [] : [compile(node.otherwise, scope)];
  const { sql, type } = alike([...values, ...rest]);
  const text = conditions.map((when, i) => `when ${when} then ${sql[i]}`).join(" ");
  return { sql: `(case ${text}${rest.length > 0 ? ` else ${sql.at(-1)}` : ""} end)`, type, node };
}

function branch(node: Node & { kind: "call" }, scope: Scope): Part {
  if (node.args.length !== 3)
    throw new ExpressionError(
      "if takes a condition and two values",
      node.at,
      "Write if(condition, then, else).",
    );
  const [when, value, otherwise] = node.args as [Node, Node, Node];
  return { ...cases({ kind: "case", branches: [{ when, value }], otherwise, at: node.at }, scope), node };
}

function call(node: Node & { kind: "call" }, scope: Scope): Part {
  const spec = Object.hasOwn(FUNCTIONS, node.name) ? FUNCTIONS[node.name]! : null;
  if (spec === null)
    throw new ExpressionError(
      `there is no function ${node.name}`,
      node.at,
      `Functions: ${Object.keys(FUNCTIONS).join(", ")}, if.`,
    );
  requireCount(node, spec);
  const parts = node.args.map((arg) => compile(arg, scope));
  const same = spec.takes.includes("same") ? alike(parts) : null;
  const args = parts.map((part, i): Argument => {
    const takes = spec.takes[Math.min(i, spec.takes.length - 1)]!;
    const constant = part.node.kind === "literal" && part.type === "number" ? Number(part.node.value) : null;
    if (same !== null)
      return { sql: same.sql[i]!, type: same.type === "null" ? "text" : same.type, constant };
    if (takes === "any")
      return { sql: typed(part, "text"), type: part.type === "null" ? "text" : part.type, constant };
    const type = takes === "int" || takes === "same" ? "number" : takes;
    return { sql: need(asDate(part, type), type), type, constant };
  });
  if (MOMENTS.has(node.name)) requireMoment(args, parts);
  const type = spec.returns === "same" ? (same?.type ?? "null") : spec.returns;
  return { sql: spec.sql(args), type: type === "null" ? "text" : type, node };
}

const MOMENTS = new Set(["year", "month", "day", "hour", "weekday", "start_of_month", "start_of_year"]);

function requireMoment(args: Argument[], parts: Part[]): void {
  const { type } = args[0]!;
  if (type === "date" || type === "timestamp") return;
  if (parts[0]!.type === "null") {
    args[0] = { sql: "null::date", type: "date", constant: null };
    return;
  }
  throw new ExpressionError(
    `a date or timestamp is expected, and this is a ${type}`,
    parts[0]!.node.at,
    "Write date(...) around it to convert it.",
  );
}

function requireCount(node: Node & { kind: "call" }, spec: FunctionSpec): void {
  const most = spec.repeated ? 100 : spec.takes.length;
  const least = spec.takes.length - (spec.optional ?? 0);
  if (node.args.length >= least && node.args.length <= most) return;
  const wanted = spec.repeated ? `at least ${least}` : least === most ? String(most) : `${least} or ${most}`;
  throw new ExpressionError(`${node.name} takes ${wanted} values, and has ${node.args.length}`, node.at);
}
