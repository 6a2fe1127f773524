/** Job data__attach {orgId, archiveId}: an archive's versions come back into history. */
import { z } from "zod";
import { AppError } from "../../lib/errors.ts";
import { asker } from "../retention/erase.ts";
import { attach } from "../retention/retain.ts";
import type { WorkerContext } from "./index.ts";

const payloadShape = z.object({ orgId: z.uuid(), archiveId: z.uuid() });

export function createAttachTask(context: WorkerContext): (payload: unknown) => Promise<void> {
  return async (payload) => {
    const { orgId, archiveId } = payloadShape.parse(payload);
    try {
      const versions = await attach(context, orgId, archiveId);
      context.log.info({ org_id: orgId, archive_id: archiveId, versions }, "an archive is attached");
    } catch (error) {
      // A damaged file does not get better; everything else is tried again.
      if (!(error instanceof AppError) || error.code !== "RT009") throw error;
      const told = { code: error.code, message: error.message, hint: error.hint };
      await asker(
        context,
        orgId,
        null,
      )("select data.attach_failed($1, $2)", [archiveId, JSON.stringify(told)]);
    }
  };
}
