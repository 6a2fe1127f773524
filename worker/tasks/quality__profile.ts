/**
 * Job quality__profile {orgId, datasetId, runId}: profiles a dataset after a load, outside of its transaction. A later
 * load's job replaces one that waits. Rules whose cost is not known yet are measured besides; a fault there does not cost
 * the profile.
 */
import { z } from "zod";
import { explain } from "../../lib/errors.ts";
import { asOrganization } from "../load/session.ts";
import type { WorkerContext } from "./index.ts";

const payloadShape = z.object({ orgId: z.uuid(), datasetId: z.uuid(), runId: z.uuid() });

export function createProfileTask(context: WorkerContext): (payload: unknown) => Promise<void> {
  return async (payload) => {
    const { orgId, datasetId, runId } = payloadShape.parse(payload);
    const isThere = await asOrganization(context, orgId, null, async (client) => {
      const { rows } = await client.query("select from data.datasets where org_id = $1 and id = $2", [
        orgId,
        datasetId,
      ]);
      // It was dropped meanwhile.
      if (rows.length === 0) return false;
      await client.query("select quality.make_profile($1, $2)", [datasetId, runId]);
      return true;
    });
    if (!isThere) return;
    await asOrganization(context, orgId, null, (client) =>
      client.query("select quality.measure_costs($1)", [datasetId]),
    ).catch((error: unknown) =>
      context.log.warn({ org_id: orgId, run_id: runId, err: explain(error) }, "rules could not be measured"),
    );
  };
}
