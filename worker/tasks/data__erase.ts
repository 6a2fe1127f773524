/** Job data__erase {orgId, erasureId}: an erasure of a person's data, or a search for it. */
import { z } from "zod";
import { runErasure } from "../retention/erase.ts";
import type { WorkerContext } from "./index.ts";

const payloadShape = z.object({ orgId: z.uuid(), erasureId: z.uuid() });

export function createEraseTask(context: WorkerContext): (payload: unknown) => Promise<void> {
  return async (payload) => {
    const { orgId, erasureId } = payloadShape.parse(payload);
    const outcome = await runErasure(context, orgId, erasureId);
    context.log.info({ org_id: orgId, erasure_id: erasureId, outcome }, "erasure");
  };
}
