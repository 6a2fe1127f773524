/** A run's steps as bars on one axis of time, with what lies between them. */
import { type Run, type RunStep, STEPS, type StepName } from "../types.ts";

export interface Bar {
  step: StepName;
  attempt: number;
  status: RunStep["status"];
  /** Milliseconds from the run's beginning. */
  from: number;
  to: number;
  /** Before this bar nothing was done since here: the run was queued, waited, or its worker was gone. */
  waitedFrom: number | null;
}

export interface Bars {
  bars: Bar[];
  /** Since when the run waits now. */
  waiting: { from: number; to: number } | null;
  length: number;
}

/** Shorter pauses are the worker's own, and not worth a mark. */
const LEAST_WAIT_MS = 50;
const MAX_BARS = 60;

const moment = (at: string): number => new Date(at).getTime();

export function barsOf(run: Run, steps: RunStep[], now = Date.now()): Bars {
  const begin = moment(run.createdAt);
  const end = run.finishedAt ? moment(run.finishedAt) : now;
  const sorted = steps
    .filter(({ status }) => status !== "skipped")
    .sort(
      (a, b) => moment(a.startedAt) - moment(b.startedAt) || STEPS.indexOf(a.step) - STEPS.indexOf(b.step),
    );
  let reached = 0;
  const bars = sorted.slice(-MAX_BARS).map((step) => {
    const from = Math.max(0, moment(step.startedAt) - begin);
    const to = Math.max(from, (step.finishedAt ? moment(step.finishedAt) : end) - begin);
    const bar: Bar = {
      step: step.step,
      attempt: step.attempt,
      status: step.status,
      from,
      to,
      waitedFrom: from - reached >= LEAST_WAIT_MS ? reached : null,
    };
    reached = Math.max(reached, to);
    return bar;
  });
  // A person's decision is not the run's own time, and would leave nothing of it to be seen.
  const retry = run.error?.retry_at ? moment(run.error.retry_at) : now;
  const waiting =
    run.status === "waiting" || run.status === "queued"
      ? { from: reached, to: Math.max(end, run.status === "waiting" ? retry : now) - begin }
      : null;
  return { bars, waiting, length: Math.max(1, reached, waiting?.to ?? 0) };
}
