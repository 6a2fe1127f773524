/**
 * The way of one file: stage, land, check, gate, merge. Every step may be repeated: what a step leaves behind belongs
 * to the lease's generation, and the merge with everything that tells of it is one transaction behind the fence.
 */
import type pg from "pg";
import { explain } from "../../lib/errors.ts";
import { judge, type RunError, RunHeld, tellError } from "./failures.ts";
import { createRaw, type Landed, land } from "./land.ts";
import { type Heart, keepLease, takeLease } from "./lease.ts";
import { warnOfColumns } from "./problems.ts";
import { keepRejected } from "./rejected.ts";
import { asRun, query } from "./session.ts";
import { stageFile, stageReplay } from "./stage.ts";
import type { LoadContext, Run, StagedFile } from "./types.ts";

/** An error that nobody foresaw is tried this often. */
const UNKNOWN_ATTEMPTS = 5;
/** A merge that met an edit by hand, or a deadlock, is tried again at once this often. */
const MERGE_ATTEMPTS = 5;
/** Longest pause of a waiting run, in seconds. */
const MAX_PAUSE = 300;
/** Pauses vary by this share either way, so that runs which met the same fault do not come back at once. */
const JITTER = 0.25;

interface Checked {
  read: number;
  accepted: number;
  rejected: number;
  duplicate: number;
  hold: RunError | null;
  rules: unknown[];
}

export type Outcome = "nothing" | "succeeded" | "held" | "failed" | "waiting" | "lost";

/** Loads one queued run to its end. Throws where not even the failure could be written down. */
export async function loadRun(
  context: LoadContext,
  ids: { orgId: string; runId: string },
  workerId: string,
): Promise<Outcome> {
  const run = await takeLease(context, ids.orgId, ids.runId, workerId);
  if (run === null) return "nothing";
  const log = context.log.child({ run_id: run.id, org_id: run.org_id });
  const heart = keepLease(context, run);
  try {
    const outcome = await runSteps(context, run, heart);
    log.info({ outcome, dataset: run.dataset_name }, "load finished");
    return outcome;
  } catch (error) {
    if (error instanceof RunHeld) return "held";
    // A reader that was stopped because the lease is lost throws the signal's reason, wrapped or not.
    const cause = heart.signal.aborted ? heart.signal.reason : error;
    return await settle(context, run, cause);
  } finally {
    heart.stop();
  }
}

async function runSteps(context: LoadContext, run: Run, heart: Heart): Promise<Outcome> {
  await heart.step("stage");
  const staged = run.replay_of === null ? await stageFile(context, run, heart) : null;
  try {
    return await runStaged(context, run, heart, staged);
  } finally {
    await staged?.close();
  }
}

async function runStaged(
  context: LoadContext,
  run: Run,
  heart: Heart,
  staged: StagedFile | null,
): Promise<Outcome> {
  const fence = [run.id, run.lease_generation];
  let mapping: (string | null)[];
  let landed: Landed = { typed: 0, problems: 0, plain: false, first: false };
  if (staged === null) {
    mapping = await stageReplay(context, run);
    await heart.step("land");
    await createRaw(context, run, mapping);
    await query(context, run, "select ingest.stage_replay($1, $2, $3)", [...fence, mapping]);
  } else {
    mapping = staged.mapping;
    await heart.step("land");
    await warnOfColumns(context, run, staged);
    landed = await land(context, run, staged, heart);
  }
  await heart.step("check");
  const load: Load = { context, run, heart, mapping, staged, landed };
  const checked = await check(load);
  await heart.step("gate", { ...checked, hold: undefined });
  if (checked.hold !== null) {
    await end(context, run, "select ingest.hold_run($1, $2, $3)", [...fence, JSON.stringify(checked.hold)]);
    return "held";
  }
  await heart.step("merge");
  return merge(load, checked);
}

interface Load {
  context: LoadContext;
  run: Run;
  heart: Heart;
  mapping: (string | null)[];
  staged: StagedFile | null;
  landed: Landed;
}

/** Types and rules; rejected rows with their raw records. */
async function check({ context, run, heart, mapping, staged, landed }: Load): Promise<Checked> {
  const fence = [run.id, run.lease_generation];
  const rows = await query<{ converted: string }>(
    context,
    run,
    "select ingest.convert_raw($1, $2, $3) as converted",
    [...fence, mapping],
  );
  const typed = landed.typed + Number(rows[0]!.converted);
  return asRun(context, run, async (client) => {
    const { rows } = await client.query<{ checked: Checked }>(
      "select ingest.check_rows($1, $2, $3, $4, $5, $6) as checked",
      [...fence, mapping, typed, landed.problems, landed.first],
    );
    const checked = rows[0]!.checked;
    if (checked.rejected > landed.problems) await keep(client, { run, heart, staged, landed });
    return checked;
  });
}

async function keep(
  client: pg.PoolClient,
  { run, heart, staged, landed }: Pick<Load, "run" | "heart" | "staged" | "landed">,
): Promise<void> {
  if (staged !== null) await keepRejected(client, run, staged, heart, landed.plain);
  else await client.query("select ingest.record_replay_rejected($1, $2)", [run.id, run.lease_generation]);
}

/** One transaction from the lock to the run's end. */
async function merge(load: Load, checked: Checked): Promise<Outcome> {
  const { context, run, heart, mapping, landed } = load;
  const fence = [run.id, run.lease_generation];
  for (let attempt = 1; ; attempt++) {
    heart.signal.throwIfAborted();
    try {
      return await asRun(context, run, async (client) => {
        const { rows } = await client.query<{ found: Checked & { found: boolean } }>(
          "select ingest.begin_merge($1, $2, $3, $4, $5, $6) as found",
          [...fence, mapping, landed.problems, JSON.stringify(checked), landed.first],
        );
        const found = rows[0]!.found;
        if (found.found) await keep(client, load);
        await followRaw(context, client, run);
        if (found.hold !== null) {
          await client.query("select ingest.hold_run($1, $2, $3)", [...fence, JSON.stringify(found.hold)]);
          return "held";
        }
        const { rows: ended } = await client.query<{ status: string }>(
          "select status from ingest.complete_merge($1, $2, $3, $4, $5)",
          [...fence, mapping, found.accepted, landed.first],
        );
        // A rule about the rows in force was asked once they were written, and undid it.
        if (ended[0]!.status === "held") return "held";
        return "succeeded";
      });
    } catch (error) {
      const again =
        error instanceof Error && "code" in error && (error.code === "40001" || error.code === "40P01");
      if (!again || attempt === MERGE_ATTEMPTS) throw error;
    }
  }
}

/** Where there is a document store, raw records follow the run: with its end, or not at all. */
async function followRaw(context: LoadContext, client: pg.PoolClient, run: Run): Promise<void> {
  if (context.documents)
    await client.query("select ingest.follow_raw($1, $2)", [run.id, run.lease_generation]);
}

async function end(context: LoadContext, run: Run, text: string, values: unknown[]): Promise<void> {
  await asRun(context, run, async (client) => {
    await followRaw(context, client, run);
    await client.query(text, values);
  });
}

/** Seconds, doubling with each attempt. */
function pauseAfter(attempts: number): number {
  const whole = Math.min(MAX_PAUSE, 2 ** Math.min(attempts, 10));
  return whole * (1 - JITTER + 2 * JITTER * Math.random());
}

/** Writes down what became of a run that did not get through. */
async function settle(context: LoadContext, run: Run, error: unknown): Promise<Outcome> {
  const log = context.log.child({ run_id: run.id, org_id: run.org_id });
  const verdict = judge(error);
  if (verdict === "lost") {
    log.info("the run was taken over or cancelled");
    return "lost";
  }
  const told = tellError(error);
  const final = verdict === "final" || (verdict === "unknown" && run.faults + 1 >= UNKNOWN_ATTEMPTS);
  if (verdict === "unknown")
    log.error({ err: explain(error), attempt: run.attempts }, "load failed unexpectedly");
  const fence = [run.id, run.lease_generation, JSON.stringify(told)];
  if (final) {
    await end(context, run, "select ingest.fail_run($1, $2, $3)", fence);
    return "failed";
  }
  const pause = verdict === "redo" ? 1 : pauseAfter(run.attempts);
  log.warn({ err: explain(error), pause }, "load waits");
  await query(
    context,
    run,
    "select ingest.park_run($1, $2, $3, clock_timestamp() + make_interval(secs => $4), $5)",
    [...fence, pause, verdict === "unknown"],
  );
  return "waiting";
}
