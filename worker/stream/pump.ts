/**
 * Works through the streams that have events waiting: each in turn gets one batch, and no sooner again than BATCH_MS
 * after its last, so that a stream under load is loaded in batches and a quiet one at once. Apart from the job queue,
 * where a long file would hold it up; several workers may do this at once, since a stream's dataset is locked while a
 * batch of it is loaded.
 */
import { explain } from "../../lib/errors.ts";
import { withClaim } from "../../lib/pg.ts";
import { judge } from "../load/failures.ts";
import type { LoadContext } from "../load/types.ts";
import { loadBatch } from "./batch.ts";
import { createNap } from "./nap.ts";

/** Events that come meanwhile are one batch. */
const BATCH_MS = 150;
/** How often it is looked without having been woken. */
const LOOK_MS = 1000;
/** Streams loaded side by side. */
const LANES = 2;
const MAX_DUE = 500;
/** A batch that fails so often, for a reason of its own, is set aside. */
const MAX_FAILURES = 5;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 60_000;
const MAX_REMEMBERED = 10_000;

interface Stream {
  org_id: string;
  dataset_id: string;
}

interface State {
  /** Not before, in milliseconds of performance.now(). */
  next: number;
  failures: number;
  error: unknown;
}

export interface Pump {
  wake(): void;
  /** Resolves when what is under way is done. */
  stop(): Promise<void>;
}

interface States {
  of(stream: Stream): State;
}

function createStates(): States {
  const states = new Map<string, State>();
  return {
    of({ org_id, dataset_id }) {
      const key = `${org_id}:${dataset_id}`;
      const known = states.get(key);
      if (known) return known;
      // What is forgotten begins anew, which is harmless.
      if (states.size >= MAX_REMEMBERED) states.clear();
      const made: State = { next: 0, failures: 0, error: null };
      states.set(key, made);
      return made;
    },
  };
}

function dueStreams({ pool, claimKey }: LoadContext): Promise<Stream[]> {
  return withClaim(pool, claimKey, { kind: "service", orgId: null, userId: null }, async (client) => {
    const { rows } = await client.query<Stream>("select org_id, dataset_id from private.due_streams($1)", [
      MAX_DUE,
    ]);
    return rows;
  });
}

/** One batch of a stream; what went wrong is kept for the next time. */
async function workOn(context: LoadContext, workerId: string, stream: Stream, state: State): Promise<void> {
  state.next = performance.now() + BATCH_MS;
  const failing = state.failures >= MAX_FAILURES ? state.error : null;
  try {
    const { outcome, full } = await loadBatch(context, stream.org_id, stream.dataset_id, workerId, failing);
    if (full) state.next = 0;
    // Another worker, or a file's load, is at the dataset: leave it a while, not for the same time as others do.
    if (outcome === "busy") state.next += BATCH_MS * 2 * Math.random();
    state.failures = 0;
    state.error = null;
  } catch (error) {
    const verdict = judge(error);
    if (verdict === "redo") {
      state.next += BATCH_MS * 2 * Math.random();
      return;
    }
    if (verdict === "final" || verdict === "unknown") state.failures++;
    const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(state.failures + 1, 10));
    state.error = error;
    state.next = performance.now() + pause;
    context.log.warn(
      { org_id: stream.org_id, dataset_id: stream.dataset_id, err: explain(error), pause },
      "a batch of events could not be loaded; its events wait",
    );
  }
}

export function startPump(context: LoadContext, workerId: string): Pump {
  const states = createStates();
  const nap = createNap();
  let stopped = false;

  /** One turn over the streams that are due now; resolves with how long nothing is. */
  const turn = async (): Promise<number> => {
    const due = await dueStreams(context);
    const now = performance.now();
    const ready = due.filter((stream) => states.of(stream).next <= now);
    if (ready.length === 0) {
      return Math.min(LOOK_MS, ...due.map((stream) => Math.max(1, states.of(stream).next - now)));
    }
    const lane = async (): Promise<void> => {
      for (let stream = ready.shift(); stream && !stopped; stream = ready.shift()) {
        await workOn(context, workerId, stream, states.of(stream));
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    return 0;
  };
  const run = async (): Promise<void> => {
    while (!stopped) {
      nap.begin();
      let pause = LOOK_MS;
      try {
        pause = await turn();
      } catch (error) {
        context.log.warn({ err: explain(error) }, "streams cannot be looked at now; trying again");
      }
      if (pause > 0 && !stopped) await nap.sleep(pause);
    }
  };
  const running = run();
  return {
    wake: nap.wake,
    async stop() {
      stopped = true;
      nap.wake();
      await running;
    },
  };
}
