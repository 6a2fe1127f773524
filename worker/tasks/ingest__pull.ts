/** Job ingest__pull {orgId, pullId}: one reading of a source. */
import type { JobHelpers } from "graphile-worker";
import { z } from "zod";
import { asOrganization, type ConnectorContext } from "../connectors/context.ts";
import { runPull } from "../connectors/pull.ts";

const payloadShape = z.object({ orgId: z.uuid(), pullId: z.uuid() });
/** Somebody else holds the pull: it is looked at again after this. */
const BUSY_PAUSE_SECONDS = 10;

export function createPullTask(
  context: ConnectorContext,
): (payload: unknown, helpers: JobHelpers) => Promise<void> {
  return async (payload, helpers) => {
    const ids = payloadShape.parse(payload);
    try {
      await runPull(context, ids, helpers.job.locked_by ?? `job:${helpers.job.id}`);
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "IN007")) throw error;
      await asOrganization(context, ids.orgId, null, (client) =>
        client.query(
          "select core.enqueue('ingest__pull', $1, $2, $3, clock_timestamp() + make_interval(secs => $4))",
          [JSON.stringify(ids), `pull:${ids.orgId}`, `pull:${ids.pullId}`, BUSY_PAUSE_SECONDS],
        ),
      );
    }
  };
}
