/** Job data__retain {orgId, datasetId}, and the clock that queues it for datasets whose retention is due. */
import { z } from "zod";
import { withClaim } from "../../lib/pg.ts";
import { retain } from "../retention/retain.ts";
import type { WorkerContext } from "./index.ts";

export const RETAIN_MS = 600_000;
/** Datasets queued at once; more wait for the next time. */
const MAX_DUE = 1000;

const payloadShape = z.object({ orgId: z.uuid(), datasetId: z.uuid() });

export function createRetainTask(context: WorkerContext): (payload: unknown) => Promise<void> {
  return async (payload) => {
    const { orgId, datasetId } = payloadShape.parse(payload);
    const result = await retain(context, orgId, datasetId);
    if (result.removed + result.archived > 0)
      context.log.info({ org_id: orgId, dataset_id: datasetId, ...result }, "history beyond its retention");
  };
}

/** One job a dataset, in a queue an organization; a job that waits already is not doubled. */
export async function queueRetention({
  pool,
  claimKey,
}: Pick<WorkerContext, "pool" | "claimKey">): Promise<number> {
  const platform = { kind: "service", orgId: null, userId: null } as const;
  return withClaim(pool, claimKey, platform, async (client) => {
    const { rows } = await client.query(
      `select core.enqueue('data__retain', json_build_object('orgId', org_id, 'datasetId', dataset_id),
                           'retention:' || org_id, 'retain:' || dataset_id)
         from data.retention_due($1)`,
      [MAX_DUE],
    );
    return rows.length;
  });
}
