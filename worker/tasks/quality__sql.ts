/** Job quality__sql {orgId, datasetId, checkId, runId}: asks a dataset's rules that are SQL, after a load or a check by hand. */
import { z } from "zod";
import { askSqlRules } from "../quality/sql-rules.ts";
import type { TransformContext } from "../transform/types.ts";

const payloadShape = z.object({
  orgId: z.uuid(),
  datasetId: z.uuid(),
  checkId: z.uuid(),
  runId: z.uuid().nullable(),
});

export function createSqlRulesTask(context: TransformContext): (payload: unknown) => Promise<void> {
  return async (payload) => {
    await askSqlRules(context, payloadShape.parse(payload));
  };
}
