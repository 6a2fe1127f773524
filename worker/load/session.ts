/** Database work of one leased run: every statement as the worker, with a claim for the run's organization. */
import type pg from "pg";
import { withClaim } from "../../lib/pg.ts";
import type { LoadContext, Run } from "./types.ts";

/** Longer than any single transaction of a load; a claim that expires in the middle of one would abort it. */
const CLAIM_SECONDS = 6 * 3600;

/** Runs `work` in a transaction as the worker acting for an organization and, where there is one, a user. */
export function asOrganization<T>(
  context: Pick<LoadContext, "pool" | "claimKey">,
  orgId: string,
  userId: string | null,
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  return withClaim(
    context.pool,
    context.claimKey,
    { kind: "service", orgId, userId, ttlSeconds: CLAIM_SECONDS },
    work,
  );
}

/** Runs `work` for a run, in the name of who released it, else of who asked for it. */
export function asRun<T>(
  context: LoadContext,
  run: Run,
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  return asOrganization(context, run.org_id, run.released_by ?? run.requested_by, work);
}

/** One statement for a run; its rows. */
export function query<R extends pg.QueryResultRow>(
  context: LoadContext,
  run: Run,
  text: string,
  values: unknown[],
): Promise<R[]> {
  return asRun(context, run, async (client) => (await client.query<R>(text, values)).rows);
}
