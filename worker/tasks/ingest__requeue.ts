/** Every minute: runs whose job is lost are queued again. */
import type pg from "pg";
import type { Logger } from "../../lib/log.ts";
import { withClaim } from "../../lib/pg.ts";

export const REQUEUE_MS = 60_000;

interface RequeueContext {
  pool: pg.Pool;
  claimKey: Buffer;
  log: Logger;
}

/** Resolves with how many there were. */
export async function requeueRuns({ pool, claimKey, log }: RequeueContext): Promise<number> {
  const platform = { kind: "service", orgId: null, userId: null } as const;
  const count = await withClaim(pool, claimKey, platform, async (client) => {
    const { rows } = await client.query<{ count: string }>("select ingest.requeue_runs() as count");
    return Number(rows[0]!.count);
  });
  if (count > 0) log.warn({ count }, "runs without a job were queued again");
  return count;
}
