/** Job ingest__check_connector {orgId, checkId}: tries a connector out, or finds what could be read. */
import { z } from "zod";
import { runCheck } from "../connectors/check.ts";
import type { ConnectorContext } from "../connectors/context.ts";

const payloadShape = z.object({ orgId: z.uuid(), checkId: z.uuid() });

export function createCheckTask(context: ConnectorContext): (payload: unknown) => Promise<void> {
  return async (payload) => void (await runCheck(context, payloadShape.parse(payload)));
}
