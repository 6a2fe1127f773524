/** Job ingest__load {orgId, runId}: loads one file, or one replay, to its end. */
import type { JobHelpers } from "graphile-worker";
import { z } from "zod";
import { loadRun } from "../load/load.ts";
import { asOrganization } from "../load/session.ts";
import type { LoadContext } from "../load/types.ts";

const payloadShape = z.object({ orgId: z.uuid(), runId: z.uuid() });
/** Somebody else holds the run: it is looked at again after this. */
const BUSY_PAUSE_SECONDS = 5;

/** The task for graphile-worker. Its own retries are for the time when not even a failure could be written down. */
export function createLoadTask(
  context: LoadContext,
): (payload: unknown, helpers: JobHelpers) => Promise<void> {
  return async (payload, helpers) => {
    const ids = payloadShape.parse(payload);
    try {
      await loadRun(context, ids, helpers.job.locked_by ?? `job:${helpers.job.id}`);
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "IN007")) throw error;
      await asOrganization(context, ids.orgId, null, (client) =>
        client.query(
          "select core.enqueue('ingest__load', $1, $2, $3, clock_timestamp() + make_interval(secs => $4))",
          [JSON.stringify(ids), `org:${ids.orgId}`, `run:${ids.runId}`, BUSY_PAUSE_SECONDS],
        ),
      );
    }
  };
}
