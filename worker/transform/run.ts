/**
 * A definition's steps on a sandbox session: one temporary table each. A table is made without rows first; what people
 * wrote then runs in a transaction that is read only but for the session's own temporary tables.
 */
import { AppError, isPgError, type PgError } from "../../lib/errors.ts";
import { type Column, quoteText, valueType } from "../../lib/expressions/compile.ts";
import type { Definition, Flow, Model } from "../../lib/pipelines/definition.ts";
import { type CompiledStep, compileStep, MASK_KEY, placed } from "./compile.ts";
import { requireSelect } from "./fence.ts";
import { datasetSelect, INPUT, readFileInput, tooMany } from "./input.ts";
import { partOf, type Range, withEdges } from "./range.ts";
import {
  MAX_STEP_ROWS,
  type Reached,
  type Result,
  type Sandbox,
  type StepReport,
  type Table,
  type TransformContext,
  TransformError,
} from "./types.ts";

export interface Job {
  context: TransformContext;
  sandbox: Sandbox;
  /** Of the input's file. */
  objectKey: string | null;
  /** Rows of the input that are taken; null: all. */
  limit: number | null;
  signal: AbortSignal;
  /** How far the model's dataset reaches. */
  cursor: string | null;
  /** The part that it runs over; null: all of it. */
  range?: Range | null;
  /** What is done already, of a re-run. */
  from?: Reached | null;
  /** Told of each step of a flow that is done. */
  onReached?(reached: Reached): void;
  onStep(report: StepReport): Promise<void>;
}

export interface Transformed {
  /** null: not known here, since a re-run did not read the input. */
  rowsIn: number | null;
  results: Result[];
  limited: boolean;
}

/** Runs all steps. Errors: TransformError with the step; those of connections and stores as they are. */
export async function transform(definition: Definition, job: Job): Promise<Transformed> {
  let done = 0;
  job.sandbox.part = partOf(definition, job.range ?? null);
  const counted: Job = {
    ...job,
    async onStep(report) {
      done = report.position + 1;
      await job.onStep(report);
    },
  };
  try {
    return await (definition.kind === "model" ? runModel(definition, counted) : runFlow(definition, counted));
  } catch (error) {
    // The session was ended for it, so what was thrown says only that the connection is gone.
    if (!job.sandbox.overflown()) throw error;
    throw new TransformError("IN069", `step ${done} makes temporary tables that are too large`, {
      step: done,
      hint: "Filter or select columns before it, or check the join's or the SQL's conditions.",
      cause: error,
    });
  }
}

async function runFlow(flow: Flow, job: Job): Promise<Transformed> {
  const from = job.from ?? null;
  const input = from ?? (await readInput(flow, job));
  const inputTable = from?.input ?? input.table;
  let table = input.table;
  const results: Result[] = [...(from?.results ?? [])];
  const reach = (position: number): void =>
    job.onReached?.({ position, input: inputTable, table, results: [...results] });
  reach(from?.position ?? 0);
  for (const [index, step] of flow.steps.entries()) {
    job.signal.throwIfAborted();
    const position = index + 1;
    if (position <= (from?.position ?? 0)) continue;
    const startedAt = new Date();
    const compiled = await compileStep(step, { step: position, from: table, sandbox: job.sandbox });
    const after = await makeTable(compiled, position, `step ${position}`, job.sandbox).catch(
      (error: unknown) => explainMisfits(error, compiled, position, job.sandbox),
    );
    let label = compiled.label;
    if (step.kind === "split" && step.output !== undefined) {
      const other = await makeTable(
        { ...compiled, sql: compiled.other! },
        position,
        `step ${position} other`,
        job.sandbox,
      );
      results.push({ output: step.output, table: other, step: position });
      label = `${label} (${other.rows})`;
    }
    await job.onStep({
      position,
      kind: step.kind,
      label,
      rowsIn: table.rows,
      rowsOut: after.rows,
      columns: after.columns,
      startedAt,
      before: table,
      after,
    });
    table = after;
    reach(position);
  }
  return {
    rowsIn: "read" in input ? input.read : null,
    limited: "limited" in input && input.limited,
    results: [{ output: flow.output, table, step: null }, ...results],
  };
}

async function readInput(flow: Flow, job: Job): Promise<{ table: Table; read: number; limited: boolean }> {
  const startedAt = new Date();
  const { sandbox, limit } = job;
  const told = (table: Table, rowsIn: number, label: string): Promise<void> =>
    job.onStep({
      position: 0,
      kind: flow.input.kind,
      label,
      rowsIn,
      rowsOut: table.rows,
      columns: table.columns,
      startedAt,
      before: null,
      after: table,
    });
  if (flow.input.kind === "file") {
    const input = await readFileInput(job.context, sandbox, job.objectKey!, flow.input, limit, job.signal);
    await told(input.table, input.read, input.label);
    return input;
  }
  const sql = await datasetSelect(sandbox, flow.input.name, flow.range?.field, limit);
  const table = await makeTable({ label: "", sql }, 0, INPUT.slice('pg_temp."'.length, -1), sandbox);
  await told(table, table.rows, flow.input.name);
  return { table, read: table.rows, limited: limit !== null && table.rows === limit };
}

const CURSOR_TYPES: Record<string, string> = { number: "numeric", date: "date", timestamp: "timestamptz" };

/** The model's select, of an incremental one only what lies from the cursor on: the last value again, which is free. */
async function runModel(model: Model, job: Job): Promise<Transformed> {
  const { sandbox } = job;
  const startedAt = new Date();
  try {
    await requireSelect(model.sql, sandbox.schemaName);
  } catch (error) {
    throw placed(error, 1);
  }
  const { before, after } = withEdges(sandbox.part);
  const whole = `${before}${model.sql}${after}`;
  let sql = whole;
  const written = { offset: before.length, length: model.sql.length };
  // A part is asked for instead of what lies behind the cursor.
  const cursor = sandbox.part?.open === false ? null : job.cursor;
  if (model.materialized === "incremental" && cursor !== null) {
    const probe = await makeTable({ label: "", sql: `${sql} where false`, written }, 1, "model", sandbox);
    const column = probe.columns.find((c) => c.name === model.cursor);
    const type = column === undefined ? undefined : CURSOR_TYPES[valueType(column.type)];
    if (type === undefined)
      throw new TransformError(
        "IN065",
        `the model's cursor ${model.cursor} is no number, date or timestamp of its result`,
        {
          step: 1,
          hint: "Select a column that grows, under the name of the cursor.",
        },
      );
    sql = `${sql} where q."${model.cursor}" >= ${quoteText(cursor)}::${type}`;
  }
  if (job.limit !== null) sql = `${sql} limit ${job.limit}`;
  const table = await makeTable({ label: "", sql, written }, 1, "step 1", sandbox);
  // What the model is made from is the same wherever its cursor stands.
  sandbox.selects.set(table.name, whole);
  await job.onStep({
    position: 1,
    kind: "model",
    label: cursor === null ? model.materialized : `${model.materialized}, from ${cursor}`,
    rowsIn: table.rows,
    rowsOut: table.rows,
    columns: table.columns,
    startedAt,
    before: null,
    after: table,
  });
  const mode = model.materialized === "table" ? "snapshot" : "upsert";
  const output = { dataset: model.dataset, mode, key_fields: model.key_fields ?? [] } as const;
  return {
    rowsIn: table.rows,
    limited: job.limit !== null && table.rows === job.limit,
    results: [{ output: { ...output, key_fields: [...output.key_fields] }, table, step: null }],
  };
}

export const MODEL_VIEW = 'pg_temp."cadastre model"';

/** PostgreSQL's own writing of a model's select, with every name in full. */
export async function modelSelect(model: Model, sandbox: Sandbox): Promise<string> {
  try {
    await requireSelect(model.sql, sandbox.schemaName);
  } catch (error) {
    throw placed(error, 1);
  }
  const before = 'create temp view "cadastre model" as select * from (';
  sandbox.selects.set(MODEL_VIEW, model.sql);
  await guarded(1, { offset: before.length, length: model.sql.length }, () =>
    sandbox.run(`${before}${model.sql}\n) q`),
  );
  await sandbox.run("select set_config('search_path', '', false)");
  const { rows } = await sandbox.run<{ sql: string }>(
    `select pg_get_viewdef('${MODEL_VIEW}'::regclass) as sql`,
  );
  await sandbox.run("select set_config('search_path', $1, false)", [sandbox.schema]);
  return rows[0]!.sql;
}

async function makeTable(
  compiled: CompiledStep,
  step: number,
  name: string,
  sandbox: Sandbox,
): Promise<Table> {
  const quoted = `pg_temp."${name}"`;
  sandbox.selects.set(quoted, compiled.sql.replaceAll(MASK_KEY, "''::text"));
  const create = `create temp table "${name}" as `;
  const keyless = compiled.keyed ? compiled.sql.replaceAll(MASK_KEY, "''::text") : compiled.sql;
  // Masks have no SQL of people's in them, so that the places of errors hold.
  await guarded(step, shifted(compiled.written, create.length), () =>
    sandbox.run(`${create}${keyless} with no data`),
  );
  const { rows: columns } = await sandbox.run<Column>(
    `select a.attname as name, format_type(a.atttypid, a.atttypmod) as type
       from pg_attribute a where a.attrelid = $1::regclass and a.attnum > 0 order by a.attnum`,
    [quoted],
  );
  const insert = `insert into ${quoted} select * from (`;
  const fill = `${insert}${compiled.sql}\n) filled limit ${MAX_STEP_ROWS + 1}`;
  const values = compiled.keyed ? [sandbox.maskKey] : [];
  const result = await guarded(step, shifted(compiled.written, insert.length), async () => {
    await sandbox.run("begin read only");
    const filled = await sandbox.run(fill, values);
    await sandbox.run("commit");
    return filled;
  });
  const rows = result.rowCount ?? 0;
  if (rows > MAX_STEP_ROWS) throw tooMany(step);
  return { name: quoted, columns, rows };
}

function shifted(written: CompiledStep["written"], by: number): CompiledStep["written"] {
  return written === undefined ? undefined : { ...written, offset: written.offset + by };
}

const MAX_SAMPLE = 5;

/** A failure on a value of a cast, told with lines and values. Errors: TransformError IN066, else the one that it was. */
async function explainMisfits(
  error: unknown,
  { misfits }: CompiledStep,
  step: number,
  sandbox: Sandbox,
): Promise<never> {
  const onValue =
    error instanceof TransformError && isPgError(error.cause) && error.cause.code.startsWith("22");
  if (!onValue || misfits === undefined) throw error;
  await sandbox.run("rollback");
  for (const { sql, type, column } of misfits) {
    const { rows } = await guarded(step, undefined, () =>
      sandbox.run<{ line: string | null; value: string; n: string }>(
        `select m.*, count(*) over () as n from (${sql}) m order by m.line limit ${MAX_SAMPLE}`,
      ),
    );
    if (rows.length === 0) continue;
    const where = rows[0]!.line === null ? "" : `, the first in line ${rows[0]!.line}`;
    throw new TransformError(
      "IN066",
      `step ${step}: ${rows[0]!.n} values of ${column} are no ${type}${where}`,
      {
        step,
        hint: 'Correct them before (derive, filter), or cast with "on_error": "null".',
        sample: rows.map(({ line, value }) => ({ line: line === null ? null : Number(line), column, value })),
      },
    );
  }
  throw error;
}

const BOUNDS = /^(57014|53400|54|53200)/;

/** What PostgreSQL says of a step, with the step and the place in what people wrote, and its values kept apart. */
async function guarded<T>(
  step: number,
  written: CompiledStep["written"],
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    // A lost connection or a server that stops is no mistake of the step's.
    if (error instanceof AppError || !isPgError(error) || /^(08|57P|58|53100|53300)/.test(error.code))
      throw error;
    const place =
      error.position === undefined || written === undefined ? null : Number(error.position) - written.offset;
    const position = place !== null && place >= 1 && place <= (written?.length ?? 0) + 1 ? place : null;
    if (BOUNDS.test(error.code))
      throw new TransformError(
        "IN069",
        `step ${step} goes beyond what a step may take (time, memory or temporary files)`,
        {
          step,
          hint: "Filter before it, or make two steps of it.",
          told: error.message,
          cause: error,
        },
      );
    throw new TransformError("IN070", `step ${step} failed in the database (${error.code})`, {
      step,
      hint: hintOf(error),
      position,
      told: error.message,
      cause: error,
    });
  }
}

function hintOf(error: PgError): string {
  if (error.code.startsWith("22"))
    return "A value does not fit; the failure's record has the database's words. Convert it with care, for example by number().";
  if (error.code === "42501") return "A pipeline reads its organization's datasets and writes nothing else.";
  return error.hint ?? "The failure's record has the database's words.";
}
