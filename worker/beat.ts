/** Workers tell each other by the database who of them lives, and take over what others left. */
import type pg from "pg";
import { explain } from "../lib/errors.ts";
import type { Logger } from "../lib/log.ts";
import { withClaim } from "../lib/pg.ts";
import type { KeptRunner } from "./runners.ts";

const BEAT_MS = 5000;
/** How long taking over waits for a lock: whoever holds it lives, or is seen to at the next turn. */
const TAKE_OVER_MS = 2000;

/** Pools of runners, and ids of the jobs that each has. */
type Held = Record<string, string[]>;

export interface Heart {
  /** Silence after which another worker counts as dead, in seconds. */
  patience: number;
  pool: pg.Pool;
  claimKey: Buffer;
  log: Logger;
}

/**
 * Says that these runners' pools live and what jobs they have, and puts back into the queue what dead ones had; everything,
 * where no other can be alive. Gives those of them that nobody knew: new ones, and such as were taken for dead.
 */
export async function beat({ pool, log, patience }: Heart, held: Held, alone: boolean): Promise<string[]> {
  const { rows } = await pool.query<{ fresh: string[]; dead: string[]; lost: string[] }>(
    `select b.fresh, u.dead, u.lost
       from private.beat_workers($1, make_interval(secs => $2)) b,
            core.unlock_dead_workers(b.alive, make_interval(secs => $3), $4) u`,
    [Object.keys(held), patience, alone ? 0 : patience, JSON.stringify(held)],
  );
  const { fresh, dead, lost } = rows[0]!;
  if (lost.length > 0)
    log.warn({ jobs: lost }, "jobs that were taken as the connection was lost were put back into the queue");
  if (dead.length > 0)
    log.warn({ workers: dead.length }, "jobs of dead workers were put back into the queue");
  return fresh;
}

/** Takes over what workers left that are dead, frozen or cut off. Waits for nobody's locks for long. */
export async function takeOver({ pool, claimKey, log }: Heart, alone: boolean): Promise<void> {
  const platform = { kind: "service", orgId: null, userId: null } as const;
  await withClaim(pool, claimKey, platform, async (client) => {
    await client.query("select set_config('lock_timeout', $1, true)", [`${TAKE_OVER_MS}ms`]);
    const { rows: reaped } = await client.query<{ id: string; status: string }>(
      "select id, status from ingest.reap_runs($1)",
      [alone],
    );
    if (reaped.length > 0) log.warn({ runs: reaped }, "runs without a living worker were taken over");
    await client.query("select ingest.reap_pulls($1)", [alone]);
  });
  // Apart, since what was taken over counts from its commit on.
  await withClaim(pool, claimKey, platform, async (client) => {
    await client.query("select set_config('lock_timeout', $1, true)", [`${TAKE_OVER_MS}ms`]);
    const { rows } = await client.query<{ ended: number }>("select ingest.end_stale_sessions() as ended");
    if (rows[0]!.ended > 0) log.warn(rows[0], "sessions of workers that lost their run were ended");
    await client.query("select ingest.sweep_landing()");
  });
}

/** Again and again, one at a time; gives what stops it. */
function repeat(work: () => Promise<void>, pauseMs: number, fail: (error: unknown) => void): () => void {
  let busy = false;
  const timer = setInterval(() => {
    if (busy) return;
    busy = true;
    work()
      .catch(fail)
      .finally(() => {
        busy = false;
      });
  }, pauseMs);
  return () => clearInterval(timer);
}

/** Beats for these runners until stopped. One that was taken for dead goes on under another name. */
export function keepBeating(heart: Heart, runners: readonly KeptRunner[]): { stop(): void } {
  const told = new Set<string>();
  const held = (): Held =>
    Object.fromEntries(runners.flatMap((runner) => [...runner.pools].map(([id, jobs]) => [id, [...jobs]])));
  const turn = async (): Promise<void> => {
    const fresh = await beat(heart, held(), false);
    for (const id of fresh) {
      if (told.has(id)) for (const runner of runners) if (runner.pools.has(id)) runner.renew(id);
      told.add(id);
    }
    const living = new Set(Object.keys(held()));
    for (const id of told) if (!living.has(id)) told.delete(id);
  };
  const pause = Math.min(BEAT_MS, heart.patience * 250);
  const stops = [
    repeat(turn, pause, (error) =>
      heart.log.warn({ err: explain(error) }, "the worker could not say that it lives; trying again"),
    ),
    repeat(
      () => takeOver(heart, false),
      pause,
      (error) => heart.log.warn({ err: explain(error) }, "nothing could be taken over; trying again"),
    ),
  ];
  return {
    stop() {
      for (const stop of stops) stop();
    },
  };
}
