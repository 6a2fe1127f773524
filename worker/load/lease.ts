/** The lease of a run: taken, kept by beats, noticed when lost. */
import { AppError, explain } from "../../lib/errors.ts";
import { asOrganization, query } from "./session.ts";
import type { LoadContext, Run, Step } from "./types.ts";

/** Short, so that a killed worker's runs go on soon; a merge or a check holds the run's row besides. */
export const LEASE_SECONDS = 20;
const BEATS_PER_LEASE = 5;

/** Takes the run. Null: there is nothing to do. Throws PgError IN007 where somebody else is at it. */
export async function takeLease(
  context: LoadContext,
  orgId: string,
  runId: string,
  workerId: string,
): Promise<Run | null> {
  const seconds = context.leaseSeconds ?? LEASE_SECONDS;
  return asOrganization(context, orgId, null, async (client) => {
    const { rows } = await client.query<Run>("select * from ingest.lease_run($1, $2, $3)", [
      runId,
      workerId,
      seconds,
    ]);
    return rows[0] ?? null;
  });
}

export interface Heart {
  /** Aborted when the lease was lost. */
  signal: AbortSignal;
  /** Bytes of the file read so far, told with the next beat. */
  bytes: number;
  /** Ends the step before and begins this one. Throws AppError IN007 when the lease is lost. */
  step(step: Step, detail?: unknown): Promise<void>;
  stop(): void;
}

/** Beats until stopped. A beat that fails is no loss by itself: the next one may come through in time. */
export function keepLease(context: LoadContext, run: Run): Heart {
  const seconds = context.leaseSeconds ?? LEASE_SECONDS;
  const lost = new AbortController();
  let beating = false;
  const send = async (step: Step | null, detail: unknown): Promise<void> => {
    const rows = await query<{ alive: boolean }>(
      context,
      run,
      "select ingest.beat_run($1, $2, $3, $4, $5, $6) as alive",
      [run.id, run.lease_generation, step, Math.round(heart.bytes), seconds, detail ?? null],
    );
    if (rows[0]?.alive !== true) lost.abort(leaseLost());
  };
  const timer = setInterval(
    () => {
      // A merge holds the run's row, so a beat may wait for it; one is enough.
      if (beating) return;
      beating = true;
      send(null, null)
        .catch((error: unknown) => context.log.warn({ run_id: run.id, err: explain(error) }, "a beat failed"))
        .finally(() => {
          beating = false;
        });
    },
    (seconds * 1000) / BEATS_PER_LEASE,
  );
  const heart: Heart = {
    signal: lost.signal,
    bytes: 0,
    async step(step, detail) {
      await context.onStep?.(step);
      await send(step, detail);
      lost.signal.throwIfAborted();
    },
    stop: () => clearInterval(timer),
  };
  return heart;
}

export function leaseLost(): AppError {
  return new AppError("IN007", "the run was taken over or cancelled", { hint: "Nothing was written." });
}
