/** Every half minute: health checks of connectors that are due are queued. */
import type pg from "pg";
import { withClaim } from "../../lib/pg.ts";

export const CHECK_CONNECTORS_MS = 30_000;

/** Resolves with how many were queued. */
export function checkConnectors({ pool, claimKey }: { pool: pg.Pool; claimKey: Buffer }): Promise<number> {
  const platform = { kind: "service", orgId: null, userId: null } as const;
  return withClaim(pool, claimKey, platform, async (client) => {
    const { rows } = await client.query<{ queued: number }>("select ingest.queue_due_checks() as queued");
    return rows[0]!.queued;
  });
}
