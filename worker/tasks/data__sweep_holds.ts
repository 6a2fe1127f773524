/** Every ten minutes: legal holds that are about to end are told of, and those whose end was told and has come lapse. */
import type pg from "pg";
import { withClaim } from "../../lib/pg.ts";

export const SWEEP_HOLDS_MS = 600_000;

export interface SweptHolds {
  noticed: number;
  lapsed: number;
}

export function sweepHolds({ pool, claimKey }: { pool: pg.Pool; claimKey: Buffer }): Promise<SweptHolds> {
  const platform = { kind: "service", orgId: null, userId: null } as const;
  return withClaim(pool, claimKey, platform, async (client) => {
    const { rows } = await client.query<SweptHolds>("select noticed, lapsed from private.sweep_holds()");
    return rows[0]!;
  });
}
