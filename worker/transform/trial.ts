/** A dry run: the same steps over the first rows, shown to whoever asked, with nothing stored or loaded. */
import { explain } from "../../lib/errors.ts";
import { type Definition, readDefinition } from "../../lib/pipelines/definition.ts";
import { judge } from "../load/failures.ts";
import { asOrganization } from "../load/session.ts";
import { toldError } from "./execute.ts";
import { contractOf, resultColumns, sampleOf } from "./results.ts";
import { modelSelect, transform } from "./run.ts";
import { openSandbox } from "./sandbox.ts";
import { type Sandbox, type TransformContext, TransformError } from "./types.ts";

/** A dry run is for somebody who waits. */
const TRIAL_MS = 60_000;
/** Largest answer that is kept for whoever asked. */
const MAX_ANSWER = 8_000_000;

interface Trial {
  requested_by: string | null;
  definition: unknown;
  object_key: string | null;
  row_limit: number;
}

export async function runTrial(
  context: TransformContext,
  ids: { orgId: string; trialId: string },
): Promise<void> {
  const ask = <R extends Record<string, unknown>>(text: string, values: unknown[]): Promise<R[]> =>
    asOrganization(context, ids.orgId, null, async (client) => (await client.query<R>(text, values)).rows);
  const [trial] = await ask<Trial & Record<string, unknown>>("select * from ingest.read_trial($1)", [
    ids.trialId,
  ]);
  if (trial === undefined) return;
  const steps: Record<string, unknown>[] = [];
  let answer: Record<string, unknown>;
  try {
    answer = { ...(await tryDefinition(context, ids.orgId, trial, steps)), steps, error: null };
  } catch (error) {
    if (!(error instanceof TransformError) && judge(error) === "unknown")
      context.log.error({ err: explain(error), trial_id: ids.trialId }, "a dry run failed unexpectedly");
    const more = error instanceof TransformError ? { told: error.told, sample: error.sample } : {};
    answer = { limited: false, outputs: [], steps, error: { ...toldError(error), ...more } };
  }
  const text = JSON.stringify(answer);
  const fits = text.length <= MAX_ANSWER;
  await ask("select ingest.answer_trial($1, $2)", [
    ids.trialId,
    fits ? text : JSON.stringify(withoutSamples(answer, steps)),
  ]);
}

function withoutSamples(
  answer: Record<string, unknown>,
  steps: Record<string, unknown>[],
): Record<string, unknown> {
  return { ...answer, steps: steps.map((step) => ({ ...step, sampleIn: null, sampleOut: null })) };
}

async function tryDefinition(
  context: TransformContext,
  orgId: string,
  trial: Trial,
  steps: Record<string, unknown>[],
): Promise<Record<string, unknown>> {
  const definition = readDefinition(trial.definition);
  const sandbox = await openSandbox(context, { orgId, userId: trial.requested_by });
  const signal = AbortSignal.timeout(TRIAL_MS);
  const end = (): void => void sandbox.close();
  signal.addEventListener("abort", end, { once: true });
  try {
    return await onSandbox(context, sandbox, definition, trial, steps, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new TransformError("IN069", `a dry run takes at most ${TRIAL_MS / 1000} seconds`, {
      step: steps.length,
      hint: "Take fewer rows, or filter first.",
    });
  } finally {
    signal.removeEventListener("abort", end);
    await sandbox.close();
  }
}

async function onSandbox(
  context: TransformContext,
  sandbox: Sandbox,
  definition: Definition,
  trial: Trial,
  steps: Record<string, unknown>[],
  signal: AbortSignal,
): Promise<Record<string, unknown>> {
  if (definition.kind === "model" && definition.materialized === "view")
    await modelSelect(definition, sandbox);
  const made = await transform(definition, {
    context,
    sandbox,
    objectKey: trial.object_key,
    limit: trial.row_limit,
    signal,
    cursor: null,
    async onStep({ position, kind, label, rowsIn, rowsOut, columns, before, after }) {
      const sampleIn = before === null ? null : await sampleOf(sandbox, before);
      const sampleOut = await sampleOf(sandbox, after);
      steps.push({
        position,
        kind,
        label,
        rowsIn,
        rowsOut,
        columnsIn: before?.columns ?? null,
        columns,
        sampleIn,
        sampleOut,
      });
    },
  });
  const outputs = made.results.map((result) => ({
    ...result.output,
    step: result.step,
    rows: result.table.rows,
    columns: resultColumns(result.table),
    contract: contractOf(result),
  }));
  return { limited: made.limited, outputs };
}
