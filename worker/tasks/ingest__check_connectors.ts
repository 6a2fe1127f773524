/** Every half minute: health checks of connectors that are due are queued, and pulls whose worker went silent. */
import type pg from "pg";
import { withClaim } from "../../lib/pg.ts";

export const CHECK_CONNECTORS_MS = 30_000;

export function checkConnectors({
  pool,
  claimKey,
}: {
  pool: pg.Pool;
  claimKey: Buffer;
}): Promise<{ checks: number; pulls: number }> {
  const platform = { kind: "service", orgId: null, userId: null } as const;
  return withClaim(pool, claimKey, platform, async (client) => {
    const { rows } = await client.query<{ checks: number; pulls: number }>(
      "select ingest.queue_due_checks() as checks, ingest.reap_pulls() as pulls",
    );
    return rows[0]!;
  });
}
