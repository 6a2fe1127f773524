/**
 * What every worker process looks after by the clock, beside the queue (which a long load could hold up). Where one
 * process at a time is enough, the task itself takes an advisory lock.
 */
import { explain } from "../lib/errors.ts";
import { SWEEP_EXCEPTIONS_MS, sweepExceptions } from "./tasks/access__sweep_exceptions.ts";
import { WATCH_SQL_MS, watchSqlLogins } from "./tasks/access__watch_sql.ts";
import { SEAL_MS, sealAll, WATCH_SEALING_MS, watchSealing } from "./tasks/audit__seal.ts";
import { queueRetention, RETAIN_MS } from "./tasks/data__retain.ts";
import { SWEEP_OBJECTS_MS, sweepObjects } from "./tasks/data__sweep.ts";
import { SWEEP_HOLDS_MS, sweepHolds } from "./tasks/data__sweep_holds.ts";
import type { WorkerContext } from "./tasks/index.ts";
import { CHECK_CONNECTORS_MS, checkConnectors } from "./tasks/ingest__check_connectors.ts";
import { EXPIRE_RAW_MS, expireRaw } from "./tasks/ingest__expire_raw.ts";
import { REQUEUE_MS, requeueRuns } from "./tasks/ingest__requeue.ts";
import { TICK_MS, tickSchedules } from "./tasks/ingest__tick.ts";
import { SWEEP_OPS_MS, sweepOps } from "./tasks/ops__sweep.ts";

/** Uploads that were broken off leave parts in the store; a day later nobody continues them. */
const SWEEP_UPLOADS_MS = 3_600_000;
const UNFINISHED_MS = 24 * 3_600_000;

interface Periodic {
  everyMs: number;
  act(context: WorkerContext): Promise<unknown>;
  /** Logged when it failed; it is tried again the next time. */
  failed: string;
}

const PERIODIC: Periodic[] = [
  {
    everyMs: SWEEP_UPLOADS_MS,
    act: ({ store }) => store.sweep(UNFINISHED_MS),
    failed: "unfinished uploads were not cleared away",
  },
  { everyMs: EXPIRE_RAW_MS, act: expireRaw, failed: "old raw records were not removed" },
  { everyMs: SWEEP_OBJECTS_MS, act: sweepObjects, failed: "objects that nothing refers to were not removed" },
  { everyMs: SWEEP_HOLDS_MS, act: sweepHolds, failed: "legal holds that end were not looked for" },
  { everyMs: RETAIN_MS, act: queueRetention, failed: "datasets whose retention is due were not queued" },
  { everyMs: REQUEUE_MS, act: requeueRuns, failed: "runs whose job is lost were not looked for" },
  { everyMs: SEAL_MS, act: sealAll, failed: "the audit trail was not sealed" },
  { everyMs: WATCH_SEALING_MS, act: watchSealing, failed: "sealing was not watched" },
  { everyMs: WATCH_SQL_MS, act: watchSqlLogins, failed: "SQL logins were not watched" },
  {
    everyMs: SWEEP_EXCEPTIONS_MS,
    act: sweepExceptions,
    failed: "exceptions that ended by time were not swept",
  },
  { everyMs: SWEEP_OPS_MS, act: sweepOps, failed: "old events and notices were not swept" },
  { everyMs: CHECK_CONNECTORS_MS, act: checkConnectors, failed: "connectors were not checked" },
  { everyMs: TICK_MS, act: tickSchedules, failed: "schedules were not looked at" },
];

/** Starts them all; none begins again while its last time is still under way. */
export function startPeriodic(context: WorkerContext): { stop(): void } {
  const timers = PERIODIC.map(({ everyMs, act, failed }) => {
    let busy = false;
    return setInterval(() => {
      if (busy) return;
      busy = true;
      act(context)
        .catch((error: unknown) => context.log.warn({ err: explain(error) }, `${failed}; trying again`))
        .finally(() => {
          busy = false;
        });
    }, everyMs);
  });
  return {
    stop: () => {
      for (const timer of timers) clearInterval(timer);
    },
  };
}
