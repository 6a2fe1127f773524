/**
 * Job quality__sql {orgId, datasetId, checkId, runId}: asks a dataset's rules that are SQL, after a load or a check by hand;
 * {orgId, trialId}: the dry run of one.
 */
import { z } from "zod";
import { askSqlRules } from "../quality/sql-rules.ts";
import { trySqlRule } from "../quality/sql-trial.ts";
import type { TransformContext } from "../transform/types.ts";

const payloadShape = z.union([
  z.object({ orgId: z.uuid(), datasetId: z.uuid(), checkId: z.uuid(), runId: z.uuid().nullable() }),
  z.object({ orgId: z.uuid(), trialId: z.uuid() }),
]);

export function createSqlRulesTask(context: TransformContext): (payload: unknown) => Promise<void> {
  return async (payload) => {
    const asked = payloadShape.parse(payload);
    if ("trialId" in asked) await trySqlRule(context, asked);
    else await askSqlRules(context, asked);
  };
}
