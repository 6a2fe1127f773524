/** Every minute: runs, and raw records that follow them, whose job is lost are queued again. */
import type pg from "pg";
import type { Logger } from "../../lib/log.ts";
import { withClaim } from "../../lib/pg.ts";
import type { DocumentStore } from "../../lib/stores/document/index.ts";

export const REQUEUE_MS = 60_000;

interface RequeueContext {
  pool: pg.Pool;
  claimKey: Buffer;
  log: Logger;
  documents?: DocumentStore | null;
}

/** Resolves with how many there were. */
export async function requeueRuns({ pool, claimKey, log, documents }: RequeueContext): Promise<number> {
  const platform = { kind: "service", orgId: null, userId: null } as const;
  const count = await withClaim(pool, claimKey, platform, async (client) => {
    const { rows } = await client.query<{ count: string }>("select ingest.requeue_runs() as count");
    // Without a document store nothing could be done about them.
    const raw = documents
      ? await client.query<{ count: string }>("select ingest.requeue_raw() as count")
      : { rows: [] };
    return Number(rows[0]!.count) + Number(raw.rows[0]?.count ?? 0);
  });
  if (count > 0) log.warn({ count }, "runs or raw records without a job were queued again");
  return count;
}
