/** Every hour: members whose exceptional access ended by time alone are asked the short question again. */
import type pg from "pg";
import { withClaim } from "../../lib/pg.ts";

export const SWEEP_EXCEPTIONS_MS = 3_600_000;

/** Resolves with how many rows went. */
export function sweepExceptions({ pool, claimKey }: { pool: pg.Pool; claimKey: Buffer }): Promise<number> {
  const platform = { kind: "service", orgId: null, userId: null } as const;
  return withClaim(pool, claimKey, platform, async (client) => {
    const { rows } = await client.query<{ swept: string }>("select private.sweep_exceptions() as swept");
    return Number(rows[0]!.swept);
  });
}
