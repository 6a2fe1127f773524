/** Runs and dry runs of pipelines for the command line: asked for, then waited for. */
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileKey } from "../lib/stores/object/keys.ts";
import { fail, type OrgRow, type Session } from "./command.ts";

const POLL_MS = 100;
/** How long a command waits; the execution itself goes on without it. */
const MAX_WAIT_MS = 24 * 3_600_000;
const MAX_TRIAL_MS = 75_000;

export interface Asked {
  session: Session;
  org: OrgRow;
  userId: string | null;
  maxBytes: number;
}

interface Stored {
  key: string;
  size: number;
  sha256: Buffer;
  name: string;
}

/** Errors: AppError NOT_FOUND, NOT_A_FILE. */
async function store({ session, org, maxBytes }: Asked, file: string): Promise<Stored> {
  const found = await stat(file).catch(() =>
    fail("NOT_FOUND", `there is no file ${file}`, "Check the path."),
  );
  if (!found.isFile()) fail("NOT_A_FILE", `${file} is not a file`, "Give one file.");
  const key = fileKey(org.id);
  const { size, sha256 } = await session.store.put(key, createReadStream(file), { maxBytes });
  return { key, size, sha256, name: path.basename(file) };
}

async function one<T>({ session, org, userId }: Asked, text: string, values: unknown[]): Promise<T> {
  const { rows } = await session.asOrg(org.id, (client) => client.query<{ v: T }>(text, values), userId);
  return rows[0]!.v;
}

/** Stores a file of this machine and registers it as the pipeline's input. */
export async function registerInput(asked: Asked, pipeline: string, file: string): Promise<string> {
  const stored = await store(asked, file);
  try {
    return await one<string>(asked, "select (ingest.register_input($1, $2, $3, $4, $5)).id as v", [
      pipeline,
      stored.name,
      stored.key,
      stored.size,
      stored.sha256,
    ]);
  } catch (error) {
    await asked.session.store.remove(stored.key);
    throw error;
  }
}

export interface PipelineRun {
  id: string;
  status: string;
  load: string | null;
  /** Of a re-run: where it began. */
  rerunFrom: string | null;
  rerunStep: number | null;
  /** Why it began at the first step. */
  rerunReason: string | null;
  rowsIn: number | null;
  rowsOut: number | null;
  error: { code: string; message: string; hint: string } | null;
  steps: { position: number; kind: string; label: string; rowsIn: number; rowsOut: number }[];
  loads: Record<string, unknown>[];
}

const RUN = `
  select jsonb_build_object('id', r.id, 'status', r.status, 'load', r.run_id, 'rerunFrom', r.rerun_from, 'rerunStep', r.rerun_step,
    'rerunReason', r.rerun_reason, 'rowsIn', r.rows_in, 'rowsOut', r.rows_out, 'error', r.error,
    'steps', (select coalesce(jsonb_agg(jsonb_build_object('position', s.position, 'kind', s.kind, 'label', s.label,
                'rowsIn', s.rows_in, 'rowsOut', s.rows_out) order by s.position), '[]')
                from ingest.pipeline_run_steps s where s.pipeline_run_id = r.id),
    'loads', (select coalesce(jsonb_agg(jsonb_build_object('run', l.id, 'dataset', l.dataset_name, 'status', l.status, 'read', l.read_rows,
                'inserted', l.inserted_rows, 'updated', l.updated_rows, 'unchanged', l.unchanged_rows, 'deleted', l.deleted_rows,
                'rejected', l.rejected_rows, 'duplicate', l.duplicate_rows, 'error', l.error)), '[]')
                from ingest.runs l
               where l.id = r.run_id or l.id in (select s.run_id from ingest.pipeline_run_steps s where s.pipeline_run_id = r.id))) as v
    from ingest.pipeline_runs r where r.id = $1`;

const ENDED = new Set(["submitted", "succeeded", "failed", "cancelled"]);
const LOADED = new Set(["succeeded", "failed", "cancelled", "duplicate", "held"]);

/** Runs a pipeline and waits for it and its loads. */
export async function runPipeline(
  asked: Asked,
  pipeline: string,
  fileId: string | null,
  range: { from: string; to: string } | null,
): Promise<PipelineRun> {
  const id = await one<string>(asked, "select (ingest.run_pipeline($1, $2, range => $3)).id as v", [
    pipeline,
    fileId,
    range === null ? null : JSON.stringify(range),
  ]);
  return ended(asked, id);
}

/** Runs an execution again, from where it failed or from the start, and waits for it and its loads. */
export async function rerunPipeline(asked: Asked, of: string, fromStart: boolean): Promise<PipelineRun> {
  const id = await one<string>(asked, "select (ingest.rerun_pipeline($1, $2)).id as v", [of, fromStart]);
  return ended(asked, id);
}

async function ended(asked: Asked, id: string): Promise<PipelineRun> {
  const until = Date.now() + MAX_WAIT_MS;
  while (Date.now() < until) {
    const run = await one<PipelineRun>(asked, RUN, [id]);
    if (ENDED.has(run.status) && run.loads.every((load) => LOADED.has(String(load.status)))) return run;
    await pause(POLL_MS);
  }
  return fail(
    "TIMEOUT",
    `the execution ${id} has not ended within a day`,
    "It goes on; see that a worker runs.",
  );
}

export interface DryRun {
  limited: boolean;
  outputs: { dataset: string; rows: number }[];
  error: { code: string; message: string; hint: string } | null;
  steps: {
    position: number;
    kind: string;
    label: string;
    rowsIn: number;
    rowsOut: number;
    columns: { name: string; type: string }[];
    sampleOut: (string | null)[][] | null;
  }[];
}

export interface Tried {
  pipeline: string | null;
  definition: string | null;
  fileId: string | null;
  /** A file of this machine, which is not kept. */
  input: string | null;
  rows: number;
}

/** What a pipeline would make of its input. */
export async function dryRun(
  asked: Asked,
  { pipeline, definition, fileId, input, rows }: Tried,
): Promise<DryRun> {
  const stored = input === null ? null : await store(asked, input);
  try {
    const trial = await one<string>(asked, "select ingest.start_trial($1, $2, $3, $4, $5) as v", [
      pipeline,
      definition,
      fileId,
      rows,
      stored?.key ?? null,
    ]);
    const until = Date.now() + MAX_TRIAL_MS;
    while (Date.now() < until) {
      const answer = await one<DryRun | null>(asked, "select ingest.take_trial($1) as v", [trial]);
      if (answer !== null) return answer;
      await pause(POLL_MS);
    }
    return fail("TIMEOUT", "the dry run has not ended in time", "Take fewer rows; or no worker is running.");
  } finally {
    if (stored !== null) await asked.session.store.remove(stored.key);
  }
}
