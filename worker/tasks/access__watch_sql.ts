/**
 * Every few seconds: ends what SQL logins do beyond their organization's limits. Not a job of the queue, which a long
 * load could hold up; every worker process looks, and one at a time does (an advisory lock for the transaction).
 */
import type pg from "pg";
import type { Logger } from "../../lib/log.ts";
import { withClaim } from "../../lib/pg.ts";

export const WATCH_SQL_MS = 5000;
const LOCK = 7203942;

interface WatchContext {
  pool: pg.Pool;
  claimKey: Buffer;
  log: Logger;
}

/** Resolves with how many sessions were acted on. */
export async function watchSqlLogins({ pool, claimKey, log }: WatchContext): Promise<number> {
  const platform = { kind: "service", orgId: null, userId: null } as const;
  return withClaim(pool, claimKey, platform, async (client) => {
    const { rows: lock } = await client.query<{ mine: boolean }>(
      "select pg_try_advisory_xact_lock($1) as mine",
      [LOCK],
    );
    if (!lock[0]!.mine) return 0;
    const { rows } = await client.query<{ role_name: string; reason: string }>(
      "select role_name, reason from private.watch_sql_logins()",
    );
    for (const row of rows) {
      log.info({ role: row.role_name, reason: row.reason }, "an SQL login went beyond its limits");
    }
    return rows.length;
  });
}
