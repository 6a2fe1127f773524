/** Every hour: loaded events, old deliveries, notifications, change feed entries, batches' details and what steps made are forgotten. */
import type pg from "pg";
import { withClaim } from "../../lib/pg.ts";

export const SWEEP_OPS_MS = 3_600_000;

/** Resolves with how many went. */
export function sweepOps({ pool, claimKey }: { pool: pg.Pool; claimKey: Buffer }): Promise<number> {
  const platform = { kind: "service", orgId: null, userId: null } as const;
  return withClaim(pool, claimKey, platform, async (client) => {
    const { rows } = await client.query<{ swept: string }>(
      "select private.sweep_events() + private.sweep_notices() + private.sweep_changes() + private.sweep_batches() + private.sweep_kept_steps() as swept",
    );
    return Number(rows[0]!.swept);
  });
}
