/**
 * What the finished steps of an execution made, kept in the object store when a later step fails, and read back by its re-run.
 * An execution that gets through pays nothing for it. PostgreSQL's binary format: values come back as they were.
 */
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { from as copyFrom, to as copyTo } from "pg-copy-streams";
import { AppError, explain, isPgError } from "../../lib/errors.ts";
import { type Column, quoteName } from "../../lib/expressions/compile.ts";
import type { Output } from "../../lib/pipelines/definition.ts";
import { fileKey } from "../../lib/stores/object/keys.ts";
import { INPUT } from "./input.ts";
import type { Reached, Sandbox, Table, TransformContext } from "./types.ts";

/** Most rows and bytes that are kept of one execution; what is larger is made again. */
const MAX_KEPT_ROWS = 5_000_000;
const MAX_KEPT_BYTES = 2 * 1024 ** 3;
/** Keeping takes no longer; the failure is told after it. */
const KEEP_MS = 300_000;

interface KeptTable {
  /** As the session knows it. */
  name: string;
  /** null: only its columns matter, for lineage. */
  key: string | null;
  columns: Column[];
  rows: number;
  /** Of a split's second output. */
  output: Output | null;
  step: number | null;
}

interface Kept {
  position: number;
  tables: KeptTable[];
  selects: [string, string][];
}

/** Asks the database as the execution's organization. */
type Ask = <R extends Record<string, unknown>>(text: string, values: unknown[]) => Promise<R[]>;

export interface Keeping {
  context: TransformContext;
  orgId: string;
  /** The execution and its lease's generation. */
  fence: [string, number];
  ask: Ask;
}

const listOf = (columns: readonly Column[]): string => columns.map((c) => quoteName(c.name)).join(", ");

/** What is to be kept: the last table, second outputs of splits, and of the input its columns. */
function tablesOf({ input, table, results }: Reached): (Omit<KeptTable, "key"> & { empty: boolean })[] {
  const plain = { output: null, step: null };
  const kept = [
    { ...table, ...plain, empty: false },
    ...results.map(({ table: other, output, step }) => ({ ...other, output, step, empty: false })),
  ];
  return input.name === table.name ? kept : [...kept, { ...input, ...plain, rows: 0, empty: true }];
}

/** Keeps what was reached. It helps a re-run alone: where it is not possible, that is logged, and the failure stands as it is. */
export async function keepSteps(
  { context, orgId, fence, ask }: Keeping,
  sandbox: Sandbox,
  reached: Reached,
  inputs: unknown,
): Promise<void> {
  const tables = tablesOf(reached);
  if (tables.reduce((sum, { rows }) => sum + rows, 0) > MAX_KEPT_ROWS) return;
  try {
    await sandbox.client.query("rollback");
    await sandbox.client.query(`set statement_timeout = ${KEEP_MS}`);
    const kept: KeptTable[] = [];
    let bytes = 0;
    for (const { empty, ...table } of tables) {
      const key = empty ? null : fileKey(orgId);
      if (key !== null) {
        // It goes by itself should this process die before it is noted.
        await ask("select private.doom_object($1)", [key]);
        const columns = listOf(table.columns);
        const body = sandbox.client.query(
          copyTo(`copy (select ${columns} from ${table.name}) to stdout (format binary)`),
        );
        body.on("error", () => undefined);
        const left = MAX_KEPT_BYTES - bytes;
        bytes += (await context.store.put(key, body as unknown as Readable, { maxBytes: left })).size;
      }
      kept.push({ ...table, key });
    }
    await ask("select ingest.keep_pipeline_steps($1, $2, $3, $4, $5, $6, $7)", [
      ...fence,
      reached.position,
      JSON.stringify(kept),
      JSON.stringify([...sandbox.selects]),
      JSON.stringify(inputs),
      bytes,
    ]);
  } catch (error) {
    context.log.info({ pipeline_run_id: fence[0], err: explain(error) }, "what the steps made is not kept");
  }
}

async function readBack(
  context: TransformContext,
  sandbox: Sandbox,
  { name, key, columns, rows }: KeptTable,
): Promise<Table> {
  const made = columns.map((c) => `${quoteName(c.name)} ${c.type}`).join(", ");
  await sandbox.run(`create temp table ${name.slice("pg_temp.".length)} (${made})`);
  if (key !== null) {
    // Opened first: a COPY that nobody feeds would hold the session.
    const body = await context.store.open(key);
    const copy = sandbox.client.query(
      copyFrom(`copy ${name} (${listOf(columns)}) from stdin (format binary)`),
    );
    await pipeline(body, copy);
  }
  return { name, columns, rows };
}

/**
 * What a re-run begins with, as tables of its session; null: it begins at its first step. Errors: those of a store or
 * database in trouble, with which the execution waits.
 */
export async function restoreSteps(
  { context, fence, ask }: Keeping,
  sandbox: Sandbox,
): Promise<Reached | null> {
  const [kept] = await ask<Kept & Record<string, unknown>>(
    "select * from ingest.take_pipeline_steps($1, $2)",
    [...fence],
  );
  if (kept === undefined) return null;
  try {
    const tables: Table[] = [];
    for (const table of kept.tables) tables.push(await readBack(context, sandbox, table));
    for (const [name, sql] of kept.selects) sandbox.selects.set(name, sql);
    const results = kept.tables.flatMap(({ output, step }, index) =>
      output === null ? [] : [{ output, step, table: tables[index]! }],
    );
    const input = tables.find((table) => table.name === INPUT) ?? tables[0]!;
    return { position: kept.position, input, table: tables[0]!, results };
  } catch (error) {
    const gone = error instanceof AppError && error.code === "NOT_FOUND";
    if (!gone && !(isPgError(error) && /^(22|42|0A|08P01)/.test(error.code))) throw error;
    context.log.warn({ pipeline_run_id: fence[0], err: explain(error) }, "kept steps cannot be read back");
    for (const { name } of kept.tables) await sandbox.run(`drop table if exists ${name}`);
    sandbox.selects.clear();
    await ask("select * from ingest.take_pipeline_steps($1, $2, $3)", [
      ...fence,
      gone ? "what its steps made is gone" : "what its steps made cannot be read back",
    ]);
    return null;
  }
}
