/**
 * Job quality__profile {orgId, datasetId, runId}: profiles a dataset after a load, outside of its transaction. A later
 * load's job replaces one that waits. Rules whose cost is not known yet are measured besides.
 */
import { z } from "zod";
import { asOrganization } from "../load/session.ts";
import type { WorkerContext } from "./index.ts";

const payloadShape = z.object({ orgId: z.uuid(), datasetId: z.uuid(), runId: z.uuid() });

export function createProfileTask(context: WorkerContext): (payload: unknown) => Promise<void> {
  return async (payload) => {
    const { orgId, datasetId, runId } = payloadShape.parse(payload);
    await asOrganization(context, orgId, null, async (client) => {
      const { rows } = await client.query("select from data.datasets where org_id = $1 and id = $2", [
        orgId,
        datasetId,
      ]);
      // It was dropped meanwhile.
      if (rows.length === 0) return;
      await client.query("select quality.make_profile($1, $2)", [datasetId, runId]);
      await client.query("select quality.measure_costs($1)", [datasetId]);
    });
  };
}
