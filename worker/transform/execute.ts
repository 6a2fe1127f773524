/** One execution of a pipeline under its lease, from the input to the submitted results. */
import { explain } from "../../lib/errors.ts";
import { type Definition, MAX_STEPS, type Model, readDefinition } from "../../lib/pipelines/definition.ts";
import { judge, tellError } from "../load/failures.ts";
import { LEASE_SECONDS, leaseLost } from "../load/lease.ts";
import { asOrganization } from "../load/session.ts";
import { type Keeping, keepSteps, restoreSteps } from "./kept.ts";
import { type Followed, followResults, type Mappings } from "./lineage.ts";
import type { Range } from "./range.ts";
import { contractOf, type StoredResult, storeResult } from "./results.ts";
import { MODEL_VIEW, modelSelect, transform } from "./run.ts";
import { openSandbox, requireStanding } from "./sandbox.ts";
import {
  type Reached,
  type Result,
  type Sandbox,
  type StepReport,
  type TransformContext,
  TransformError,
} from "./types.ts";

const BEATS_PER_LEASE = 5;
/** An error that nobody foresaw is tried this often. */
const UNKNOWN_ATTEMPTS = 3;
const MAX_PAUSE = 300;
/** Pauses vary by this share either way. */
const JITTER = 0.25;

interface LeasedRun {
  org_id: string;
  id: string;
  pipeline_id: string;
  version: number;
  file_id: string | null;
  attempts: number;
  lease_generation: number;
  requested_by: string | null;
  by_service: boolean;
  range: Range | null;
  /** Its name, read with its definition. */
  pipeline: string;
}

export type TransformOutcome = "nothing" | "submitted" | "succeeded" | "failed" | "waiting" | "lost";

interface Execution {
  context: TransformContext;
  run: LeasedRun;
  signal: AbortSignal;
}

/** Runs one queued execution to its end. Throws where not even the failure could be written down; IN007: somebody else is at it. */
export async function executePipeline(
  context: TransformContext,
  ids: { orgId: string; pipelineRunId: string },
  workerId: string,
): Promise<TransformOutcome> {
  const seconds = context.leaseSeconds ?? LEASE_SECONDS;
  const run = await asOrganization(context, ids.orgId, null, async (client) => {
    const { rows } = await client.query<LeasedRun>("select * from ingest.lease_pipeline_run($1, $2, $3)", [
      ids.pipelineRunId,
      workerId,
      seconds,
    ]);
    return rows[0] ?? null;
  });
  if (run === null) return "nothing";
  const lost = new AbortController();
  const timer = setInterval(
    () => {
      beat(context, run, seconds).then(
        (alive) => (alive ? undefined : lost.abort(leaseLost())),
        (error: unknown) =>
          context.log.warn({ pipeline_run_id: run.id, err: explain(error) }, "a beat failed"),
      );
    },
    (seconds * 1000) / BEATS_PER_LEASE,
  );
  const execution: Execution = { context, run, signal: lost.signal };
  try {
    const outcome = await runSteps(execution);
    context.log.info({ pipeline_run_id: run.id, org_id: run.org_id, outcome }, "pipeline finished");
    return outcome;
  } catch (error) {
    return await settle(execution, lost.signal.aborted ? lost.signal.reason : error);
  } finally {
    clearInterval(timer);
  }
}

function query<R extends Record<string, unknown>>(
  { context, run }: Execution,
  text: string,
  values: unknown[],
): Promise<R[]> {
  return asOrganization(
    context,
    run.org_id,
    run.requested_by,
    async (client) => (await client.query<R>(text, values)).rows,
  );
}

async function beat(context: TransformContext, run: LeasedRun, seconds: number): Promise<boolean> {
  return asOrganization(context, run.org_id, null, async (client) => {
    const { rows } = await client.query<{ alive: boolean }>(
      "select ingest.beat_pipeline_run($1, $2, $3) as alive",
      [run.id, run.lease_generation, seconds],
    );
    return rows[0]!.alive;
  });
}

async function runSteps(execution: Execution): Promise<TransformOutcome> {
  const { context, run, signal } = execution;
  const [found] = await query<{
    definition: unknown;
    object_key: string | null;
    pipeline: string;
    inputs: unknown;
  }>(
    execution,
    `select v.definition, f.object_key, p.name as pipeline, ingest.input_state(v.definition, $3, ${MAX_STEPS}, $4) as inputs
       from ingest.pipeline_versions v
       join ingest.pipelines p on p.org_id = v.org_id and p.id = v.pipeline_id
       left join ingest.files f on f.org_id = v.org_id and f.id = $3
      where v.pipeline_id = $1 and v.version = $2`,
    [run.pipeline_id, run.version, run.file_id, run.requested_by],
  );
  const definition = readDefinition(found!.definition);
  run.pipeline = found!.pipeline;
  if (run.requested_by === null && !run.by_service)
    throw new TransformError("IN067", "nobody is left for whom this pipeline runs", {
      step: 0,
      hint: "Whoever saved it has left. Somebody saves it again, or runs it by hand.",
    });
  const sandbox = await openSandbox(context, { orgId: run.org_id, userId: run.requested_by });
  const end = (): void => void sandbox.close();
  signal.addEventListener("abort", end, { once: true });
  try {
    await requireStanding(sandbox);
    if (definition.kind === "model" && definition.materialized === "view")
      return await makeView(execution, sandbox, definition);
    return await makeResults(execution, sandbox, definition, {
      key: found!.object_key,
      state: found!.inputs,
    });
  } finally {
    signal.removeEventListener("abort", end);
    await sandbox.close();
  }
}

async function makeView(execution: Execution, sandbox: Sandbox, model: Model): Promise<TransformOutcome> {
  const { run } = execution;
  const select = await modelSelect(model, sandbox);
  const fence = [run.id, run.lease_generation];
  const told = await follow(execution, sandbox, model, [{ dataset: model.dataset, table: MODEL_VIEW }]);
  await query(execution, "select ingest.put_model_view($1, $2, $3, $4)", [...fence, model.dataset, select]);
  await submit(execution, [null, null, "[]"], told);
  return "succeeded";
}

async function makeResults(
  execution: Execution,
  sandbox: Sandbox,
  definition: Definition,
  input: { key: string | null; state: unknown },
): Promise<TransformOutcome> {
  let reached: Reached | null = null;
  try {
    return await submitResults(execution, sandbox, definition, input.key, (now) => {
      reached = now;
    });
  } catch (error) {
    if (reached !== null && isFinal(execution, error) && !sandbox.overflown())
      await keepSteps(keepingOf(execution), sandbox, reached, input.state);
    throw error;
  }
}

function keepingOf(execution: Execution): Keeping {
  const { context, run } = execution;
  return {
    context,
    orgId: run.org_id,
    fence: [run.id, run.lease_generation],
    ask: (text, values) => query(execution, text, values),
  };
}

async function submitResults(
  execution: Execution,
  sandbox: Sandbox,
  definition: Definition,
  objectKey: string | null,
  onReached: (reached: Reached) => void,
): Promise<TransformOutcome> {
  const { context, run, signal } = execution;
  const made = await transform(definition, {
    context,
    sandbox,
    objectKey,
    from: await restoreSteps(keepingOf(execution), sandbox),
    onReached,
    limit: null,
    signal,
    cursor: await cursorOf(execution, definition),
    range: run.range,
    onStep: (report) => recordStep(execution, report),
  });
  // Nothing to add is no load; an empty snapshot is one, which the dataset's gate may hold.
  const wanted = made.results.filter((r) => r.table.rows > 0 || r.output.mode === "snapshot");
  const stored: (StoredResult & { result: Result })[] = [];
  try {
    for (const result of wanted) {
      signal.throwIfAborted();
      stored.push({ result, ...(await storeResult(sandbox, context.store, run.org_id, result)) });
    }
    signal.throwIfAborted();
    const force = definition.kind === "model" || definition.input.kind === "dataset";
    const results = made.results.map((r) => ({ dataset: r.output.dataset, table: r.table.name }));
    const told = await follow(execution, sandbox, definition, results);
    const submitted = JSON.stringify(stored.map((s) => submissionOf(s, force)));
    await submit(execution, [made.rowsIn, made.results[0]!.table.rows, submitted], told);
  } catch (error) {
    for (const { key } of stored) await context.store.remove(key).catch(() => undefined);
    throw error;
  }
  return stored.length > 0 ? "submitted" : "succeeded";
}

function follow(
  { context, run }: Execution,
  sandbox: Sandbox,
  definition: Definition,
  results: Followed[],
): Promise<Mappings[]> {
  const sql = definition.kind === "model" ? { sql: definition.sql } : {};
  return followResults(
    context,
    sandbox,
    run.pipeline,
    results.map((r) => ({ ...r, ...sql })),
  );
}

/** Ends the execution and tells what its columns are made from, in one transaction. */
async function submit({ context, run }: Execution, given: unknown[], told: Mappings[]): Promise<void> {
  await asOrganization(context, run.org_id, run.requested_by, async (client) => {
    await client.query("select ingest.submit_pipeline_run($1, $2, $3, $4, $5)", [
      run.id,
      run.lease_generation,
      ...given,
    ]);
    if (told.length > 0)
      await client.query("select lineage.record_pipeline_columns($1, $2)", [run.id, JSON.stringify(told)]);
  });
}

/**
 * `force`: what is computed from datasets is loaded though the same bytes were loaded once, for the dataset may have been
 * another one in between. The same file through the same pipeline is the same file.
 */
function submissionOf(
  { result, key, stored }: StoredResult & { result: Result },
  force: boolean,
): Record<string, unknown> {
  return {
    dataset: result.output.dataset,
    mode: result.output.mode ?? null,
    key_fields: result.output.key_fields ?? null,
    fields: contractOf(result),
    object_key: key,
    size: stored.size,
    sha256: stored.sha256.toString("hex"),
    step: result.step,
    force,
  };
}

async function cursorOf(execution: Execution, definition: Definition): Promise<string | null> {
  if (definition.kind !== "model" || definition.materialized !== "incremental") return null;
  const rows = await query<{ reached: string | null }>(
    execution,
    "select ingest.model_cursor($1, $2) as reached",
    [definition.dataset, definition.cursor],
  );
  return rows[0]!.reached;
}

async function recordStep(execution: Execution, report: StepReport): Promise<void> {
  const { run } = execution;
  await query(execution, "select ingest.record_pipeline_step($1, $2, $3, $4, $5, $6, $7, $8, $9)", [
    run.id,
    run.lease_generation,
    report.position,
    report.kind,
    report.label,
    report.rowsIn,
    report.rowsOut,
    report.columns.map((c) => c.name),
    report.startedAt,
  ]);
}

/** Whether an error ends the execution, so that nobody tries it again by itself. */
function isFinal({ run, signal }: Execution, error: unknown): boolean {
  if (signal.aborted) return false;
  const verdict = error instanceof TransformError ? "final" : judge(error);
  return verdict === "final" || (verdict === "unknown" && run.attempts >= UNKNOWN_ATTEMPTS);
}

/** Writes down what became of an execution that did not get through. */
async function settle(execution: Execution, error: unknown): Promise<TransformOutcome> {
  const { context, run } = execution;
  const log = context.log.child({ pipeline_run_id: run.id, org_id: run.org_id });
  const verdict = error instanceof TransformError ? "final" : judge(error);
  if (verdict === "lost") {
    log.info("the execution was taken over or cancelled");
    return "lost";
  }
  const told = toldError(error);
  const fence = [run.id, run.lease_generation, JSON.stringify(told)];
  const unknown = verdict === "unknown";
  if (unknown) log.error({ err: explain(error), attempt: run.attempts }, "pipeline failed unexpectedly");
  if (isFinal(execution, error)) {
    const more = error instanceof TransformError ? error : null;
    await query(execution, "select ingest.fail_pipeline_run($1, $2, $3, $4, $5)", [
      ...fence,
      more?.told ?? null,
      more?.sample == null ? null : JSON.stringify(more.sample),
    ]);
    return "failed";
  }
  const pause =
    Math.min(MAX_PAUSE, 2 ** Math.min(run.attempts, 10)) * (1 - JITTER + 2 * JITTER * Math.random());
  log.warn({ err: explain(error), pause }, "pipeline waits");
  await query(
    execution,
    "select ingest.park_pipeline_run($1, $2, $3, clock_timestamp() + make_interval(secs => $4))",
    [...fence, pause],
  );
  return "waiting";
}

/** {code, message, hint, step, position}. */
export function toldError(error: unknown): Record<string, unknown> {
  if (!(error instanceof TransformError)) return { ...tellError(error) };
  return {
    code: error.code,
    message: error.message,
    hint: error.hint,
    step: error.step,
    ...(error.position === null ? {} : { position: error.position }),
  };
}
