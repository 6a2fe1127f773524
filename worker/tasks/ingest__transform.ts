/** Job ingest__transform {orgId, pipelineRunId} runs a pipeline to its end; {orgId, trialId} tries one without a trace. */
import type { JobHelpers } from "graphile-worker";
import { z } from "zod";
import { asOrganization } from "../load/session.ts";
import { executePipeline } from "../transform/execute.ts";
import { runTrial } from "../transform/trial.ts";
import type { TransformContext } from "../transform/types.ts";

const payloadShape = z.union([
  z.strictObject({ orgId: z.uuid(), pipelineRunId: z.uuid() }),
  z.strictObject({ orgId: z.uuid(), trialId: z.uuid() }),
]);
/** Somebody else holds the execution: it is looked at again after this. */
const BUSY_PAUSE_SECONDS = 5;

export function createTransformTask(
  context: TransformContext,
): (payload: unknown, helpers: JobHelpers) => Promise<void> {
  return async (payload, helpers) => {
    const ids = payloadShape.parse(payload);
    if ("trialId" in ids) return runTrial(context, ids);
    try {
      await executePipeline(context, ids, helpers.job.locked_by ?? `job:${helpers.job.id}`);
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "IN007")) throw error;
      await asOrganization(context, ids.orgId, null, (client) =>
        client.query(
          "select core.enqueue('ingest__transform', $1, $2, $3, clock_timestamp() + make_interval(secs => $4))",
          [JSON.stringify(ids), `org:${ids.orgId}`, `pipeline_run:${ids.pipelineRunId}`, BUSY_PAUSE_SECONDS],
        ),
      );
    }
  };
}
