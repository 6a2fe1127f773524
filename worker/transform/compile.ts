/** Each step as one select over the table before it. */
import { type Column, compileExpression, quoteName, quoteText } from "../../lib/expressions/compile.ts";
import { ExpressionError, type ValueType } from "../../lib/expressions/types.ts";
import type { Step } from "../../lib/pipelines/definition.ts";
import { type Cast, castSql, misfitSql } from "./cast.ts";
import { requireExpression, requireSelect } from "./fence.ts";
import { SqlRefused } from "./fence-rules.ts";
import { edgeColumns, edgesOf, withEdges } from "./range.ts";
import { LINE, type Sandbox, type Table, TransformError } from "./types.ts";

export interface CompiledStep {
  label: string;
  /** Over the alias `t`. */
  sql: string;
  /** MASK_KEY in it stands for the key of hash masks. */
  keyed?: boolean;
  /** Characters of `sql` before what people wrote, where it holds SQL of theirs. */
  written?: { offset: number; length: number };
  /** The rows of a split's second output. */
  other?: string;
  /** Asked when the step fails on values: whose they are, with line and value. */
  misfits?: { sql: string; type: string; column: string }[];
}

export const MASK_KEY = "$1::text";

interface At {
  step: number;
  from: Table;
  sandbox: Sandbox;
}

/** Errors: TransformError with the step and, in what people wrote, the place. */
export async function compileStep(step: Step, at: At): Promise<CompiledStep> {
  try {
    switch (step.kind) {
      case "rename":
        return rename(step.fields, at);
      case "select":
        return select(step.fields, at);
      case "cast":
        return cast(step, at);
      case "derive":
        return await derive(step.fields, at);
      case "filter":
        return {
          label: "rows that meet the condition",
          sql: `select t.* from ${ranged(at)} where (${await condition(step.where, at)}) is true`,
        };
      case "deduplicate":
        return deduplicate(step, at);
      case "split":
        return await split(step, at);
      case "join":
        return await join(step, at);
      case "mask":
        return mask(step, at);
      case "sql":
        return await free(step.sql, at);
    }
  } catch (error) {
    throw placed(error, at.step);
  }
}

/** The step's number on errors of what people wrote. */
export function placed(error: unknown, step: number): unknown {
  if (!(error instanceof ExpressionError || error instanceof SqlRefused)) return error;
  return new TransformError(error.code, `step ${step}: ${error.message}`, {
    step,
    hint: error.hint ?? "",
    position: error.position,
  });
}

function names(columns: readonly Column[]): string {
  return columns
    .map((c) => c.name)
    .slice(0, 40)
    .join(", ");
}

function need(name: string, at: At): Column {
  const found = at.from.columns.find((c) => c.name === name);
  if (found) return found;
  throw new TransformError("IN065", `step ${at.step}: there is no column ${name}`, {
    step: at.step,
    hint: `Columns here: ${names(at.from.columns)}.`,
  });
}

function list(columns: readonly { sql: string; name: string }[], at: At, from = `${at.from.name} t`): string {
  return `select ${columns.map((c) => `${c.sql} as ${quoteName(c.name)}`).join(", ")} from ${from}`;
}

/** The table before, and beside it the edges of the part, for formulas that name them. */
function ranged(at: At): string {
  const edges = edgesOf(at.sandbox.part);
  return edges === "" ? `${at.from.name} t` : `${at.from.name} t cross join ${edges}`;
}

const plain = (name: string) => `t.${quoteName(name)}`;

function rename(fields: Record<string, string>, at: At): CompiledStep {
  for (const old of Object.keys(fields)) need(old, at);
  const columns = at.from.columns.map((c) => ({
    sql: plain(c.name),
    name: Object.hasOwn(fields, c.name) ? fields[c.name]! : c.name,
  }));
  const twice = columns.find((c, i) => columns.findIndex((o) => o.name === c.name) !== i);
  if (twice)
    throw new TransformError("IN065", `step ${at.step}: there would be two columns ${twice.name}`, {
      step: at.step,
      hint: "Choose another name, or leave one of them out before.",
    });
  return {
    label: Object.entries(fields)
      .map(([a, b]) => `${a} → ${b}`)
      .join(", "),
    sql: list(columns, at),
  };
}

function select(fields: string[], at: At): CompiledStep {
  const kept = [...new Set(fields)].map((name) => need(name, at).name);
  if (at.from.columns.some((c) => c.name === LINE) && !kept.includes(LINE)) kept.push(LINE);
  return {
    label: fields.join(", "),
    sql: list(
      kept.map((name) => ({ sql: plain(name), name })),
      at,
    ),
  };
}

function cast(step: Step & { kind: "cast" }, at: At): CompiledStep {
  const casts = new Map<string, Cast>();
  for (const [name, to] of Object.entries(step.fields)) {
    need(name, at);
    casts.set(name, typeof to === "string" ? { type: to } : to);
  }
  const columns = at.from.columns.map((c) => {
    const to = casts.get(c.name);
    return {
      sql: to === undefined ? plain(c.name) : castSql(c.name, to, step.on_error === "fail"),
      name: c.name,
    };
  });
  const hasLine = at.from.columns.some((c) => c.name === LINE);
  const line = hasLine ? plain(LINE) : "null::bigint";
  const misfits = [...casts].map(([column, to]) => ({
    column,
    type: to.type,
    sql: `select ${line} as line, left(${plain(column)}::text, 200) as value from ${at.from.name} t where ${misfitSql(column, to)}`,
  }));
  return {
    label: [...casts].map(([name, to]) => `${name}: ${to.type}`).join(", "),
    sql: list(columns, at),
    ...(step.on_error === "fail" ? { misfits } : {}),
  };
}

type Formula = string | { sql: string };

async function formula(written: Formula, at: At, wanted?: ValueType): Promise<string> {
  if (typeof written === "string")
    return compileExpression(written, [...edgeColumns(at.sandbox.part), ...at.from.columns], wanted).sql;
  await requireExpression(written.sql, at.sandbox.schemaName);
  return `(${written.sql}\n)`;
}

function condition(written: Formula, at: At): Promise<string> {
  return formula(written, at, "boolean");
}

async function derive(fields: Record<string, Formula>, at: At): Promise<CompiledStep> {
  const made = new Map<string, string>();
  for (const [name, written] of Object.entries(fields)) {
    try {
      made.set(name, await formula(written, at));
    } catch (error) {
      if (error instanceof ExpressionError || error instanceof SqlRefused)
        throw new TransformError(error.code, `step ${at.step}, ${name}: ${error.message}`, {
          step: at.step,
          hint: error.hint ?? "",
          position: error.position,
        });
      throw error;
    }
  }
  const kept = at.from.columns.map((c) => {
    const sql = made.get(c.name) ?? plain(c.name);
    made.delete(c.name);
    return { sql, name: c.name };
  });
  const added = [...made].map(([name, sql]) => ({ sql, name }));
  return { label: Object.keys(fields).join(", "), sql: list([...kept, ...added], at, ranged(at)) };
}

function deduplicate(step: Step & { kind: "deduplicate" }, at: At): CompiledStep {
  const keys = step.keys.map((key) => plain(need(key, at).name));
  const order = step.order.map(
    ({ field, direction }) => `${plain(need(field, at).name)} ${direction} nulls last`,
  );
  const hasLine = at.from.columns.some((c) => c.name === LINE);
  if (hasLine) order.push(plain(LINE));
  const by = order.length > 0 ? ` order by ${order.join(", ")}` : "";
  const columns = at.from.columns.map((c) => plain(c.name)).join(", ");
  return {
    label: `one row for each ${step.keys.join(", ")}`,
    sql: `select ${columns} from (select t.*, row_number() over (partition by ${keys.join(", ")}${by}) as "cadastre place" from ${at.from.name} t) t
           where "cadastre place" = 1${hasLine ? ` order by ${plain(LINE)}` : ""}`,
  };
}

async function split(step: Step & { kind: "split" }, at: At): Promise<CompiledStep> {
  if (step.output !== undefined) {
    const where = await condition(step.where!, at);
    return {
      label: `rows that meet the condition go to ${step.output.dataset}`,
      sql: `select t.* from ${ranged(at)} where (${where}) is not true`,
      other: `select t.* from ${ranged(at)} where (${where}) is true`,
    };
  }
  const field = need(step.field!, at).name;
  const parts = step.into!.map((name, i) => ({
    sql: `nullif(btrim(split_part(${plain(field)}::text, ${quoteText(step.separator!)}, ${i + 1})), '')`,
    name,
  }));
  const kept = at.from.columns
    .filter((c) => !step.into!.includes(c.name) && (step.keep || c.name !== field))
    .map((c) => ({ sql: plain(c.name), name: c.name }));
  return { label: `${field} → ${step.into!.join(", ")}`, sql: list([...kept, ...parts], at) };
}

/** A dataset's own columns, as the session sees them. Errors: TransformError IN065. */
export async function datasetColumns(sandbox: Sandbox, dataset: string, step: number): Promise<Column[]> {
  const { rows } = await sandbox.run<Column>(
    `select a.attname as name, format_type(a.atttypid, a.atttypmod) as type
       from pg_attribute a where a.attrelid = to_regclass($1) and a.attnum > 0 and not a.attisdropped order by a.attnum`,
    [`${sandbox.schema}.${quoteName(dataset)}`],
  );
  if (rows.length > 0) return rows;
  throw new TransformError("IN065", `step ${step}: there is no dataset ${dataset}`, {
    step,
    hint: "Check its name; pipelines see their organization's datasets.",
  });
}

async function join(step: Step & { kind: "join" }, at: At): Promise<CompiledStep> {
  const there = await datasetColumns(at.sandbox, step.dataset, at.step);
  const other = (name: string): Column => {
    const found = there.find((c) => c.name === name);
    if (found) return found;
    throw new TransformError("IN065", `step ${at.step}: the dataset ${step.dataset} has no column ${name}`, {
      step: at.step,
      hint: `It has ${names(there)}.`,
    });
  };
  const on = Object.entries(step.on).map(([here, name]) => equal(need(here, at), other(name)));
  const kept = at.from.columns
    .filter((c) => !Object.hasOwn(step.fields, c.name))
    .map((c) => ({ sql: plain(c.name), name: c.name }));
  const added = Object.entries(step.fields).map(([name, from]) => ({
    sql: `j.${quoteName(other(from).name)}`,
    name,
  }));
  const order = at.from.columns.some((c) => c.name === LINE) ? ` order by ${plain(LINE)}` : "";
  return {
    label: `${step.type} join with ${step.dataset}`,
    sql: `${list([...kept, ...added], at)} ${step.type} join ${at.sandbox.schema}.${quoteName(step.dataset)} j on ${on.join(" and ")}${order}`,
  };
}

/** A text here is read as the type there; other pairs of types are compared as texts. */
function equal(here: Column, there: Column): string {
  const left = plain(here.name);
  const right = `j.${quoteName(there.name)}`;
  const numeric = /^(smallint|integer|bigint|numeric)/;
  if (here.type === there.type || (numeric.test(here.type) && numeric.test(there.type)))
    return `${left} = ${right}`;
  if (
    here.type === "text" &&
    /^(integer|bigint|numeric|date|uuid|boolean|timestamp with time zone)/.test(there.type)
  )
    return `case when pg_input_is_valid(${left}, '${there.type}') then ${left}::${there.type} end = ${right}`;
  return `${left}::text = ${right}::text`;
}

function mask(step: Step & { kind: "mask" }, at: At): CompiledStep {
  const masked = new Set(step.fields.map((name) => need(name, at).name));
  const columns = at.from.columns.map((c) => ({
    sql: masked.has(c.name) ? maskSql(step, c) : plain(c.name),
    name: c.name,
  }));
  const keyed = step.method === "hash";
  return { label: `${step.method}: ${step.fields.join(", ")}`, sql: list(columns, at), keyed };
}

function maskSql({ method, value, first, last }: Step & { kind: "mask" }, column: Column): string {
  const text = `${plain(column.name)}::text`;
  if (method === "null") return `null::${column.type}`;
  if (method === "constant") return `${quoteText(value ?? "***")}::text`;
  if (method === "hash")
    return `encode(public.hmac(convert_to(${text}, 'UTF8'), convert_to(${MASK_KEY}, 'UTF8'), 'sha256'), 'hex')`;
  return `(select case when length(v) <= ${first + last} then repeat('*', least(length(v), 100))
     else left(v, ${first}) || repeat('*', least(length(v) - ${first + last}, 100)) || right(v, ${last}) end from (select ${text} as v offset 0) o)`;
}

async function free(sql: string, at: At): Promise<CompiledStep> {
  await requireSelect(sql, at.sandbox.schemaName);
  const edges = withEdges(at.sandbox.part);
  const before = `with input as (select * from ${at.from.name}) ${edges.before}`;
  return {
    label: "",
    sql: `${before}${sql}${edges.after}`,
    written: { offset: before.length, length: sql.length },
  };
}
