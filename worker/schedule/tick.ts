/**
 * The scheduler's tick: what has ended is settled, what is due is started. It costs what is due, not what exists: every
 * question is an index's. Any number of workers may tick at once; what one has taken, the others pass by.
 */
import type pg from "pg";
import { signClaim } from "../../lib/claims.ts";
import { withClaim } from "../../lib/pg.ts";

/** What one transaction takes, so that none lasts long; the rest comes with the next, at once where one was full. */
const TICK_LIMIT = 100;
/** Ticks without a pause between them, however much is due. */
const MAX_ROUNDS = 100;

export interface TickContext {
  pool: pg.Pool;
  claimKey: Buffer;
}

export interface Ticked {
  /** Runs that ended, runs that came due, runs that were started, datasets that became late. */
  settled: number;
  queued: number;
  started: number;
  late: number;
}

interface Taken {
  org_id: string;
  kind: string;
  ids: string[];
}

const PLATFORM = { kind: "service", orgId: null, userId: null } as const;

/** Makes runs of what is due and starts them, in one transaction: a worker that dies in between has done nothing. */
async function start(
  { pool, claimKey }: TickContext,
  limit: number,
): Promise<Omit<Ticked, "settled" | "late">> {
  return withClaim(pool, claimKey, PLATFORM, async (client) => {
    const due = await client.query<{ n: number }>("select ingest.queue_due_schedules($1) as n", [limit]);
    const taken = await client.query<Taken>("select org_id, kind, ids from ingest.take_scheduled($1)", [
      limit,
    ]);
    if (taken.rows.length === 0) return { queued: due.rows[0]!.n, started: 0 };
    const work = taken.rows.map(({ org_id: orgId, kind, ids }) => ({
      claim: signClaim({ kind: "service", orgId, userId: null }, claimKey),
      kind,
      ids,
    }));
    const { rows } = await client.query<{ n: number }>("select ingest.start_scheduled($1) as n", [
      JSON.stringify(work),
    ]);
    return { queued: due.rows[0]!.n, started: rows[0]!.n };
  });
}

/** One tick. */
export async function tick(context: TickContext, limit = TICK_LIMIT): Promise<Ticked> {
  const ended = await withClaim(context.pool, context.claimKey, PLATFORM, async (client) => {
    const { rows } = await client.query<{ settled: number; late: number }>(
      "select ingest.settle_schedules($1) as settled, ingest.check_freshness() as late",
      [limit],
    );
    return rows[0]!;
  });
  return { ...ended, ...(await start(context, limit)) };
}

/** Ticks until nothing more is due, within bounds. */
export async function tickAll(context: TickContext): Promise<void> {
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const { queued, started, settled } = await tick(context);
    if (Math.max(queued, started, settled) < TICK_LIMIT) return;
  }
}
