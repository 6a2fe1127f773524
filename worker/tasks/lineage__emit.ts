/**
 * Job lineage__emit {orgId}: sends the organization's OpenLineage events that are due, oldest first. Queued where a run
 * starts or ends and the organization has an endpoint. What fails stays in the outbox with its next time; the job fails
 * with it, so the queue brings it back.
 */
import { z } from "zod";
import { AppError } from "../../lib/errors.ts";
import { openlineagePurpose } from "../../lib/lineage/endpoint.ts";
import { withClaim } from "../../lib/pg.ts";
import { type Sent, sendEvent } from "../lineage/send.ts";
import type { WorkerContext } from "./index.ts";

const payloadShape = z.object({ orgId: z.uuid() });
const BATCH = 20;
/** A slow receiver does not keep a worker's place for long: what is left then is another job. */
const MAX_MS = 60_000;
const MAX_BATCHES = 1000;

interface Due {
  id: string;
  event: unknown;
  url: string;
  sealed: string | null;
}

type EmitContext = Pick<WorkerContext, "pool" | "claimKey" | "secrets" | "log">;

/** Resolves with how many were taken and how many of them were not sent. */
async function emitBatch(context: EmitContext, orgId: string): Promise<{ taken: number; failed: number }> {
  const service = { kind: "service", orgId, userId: null } as const;
  const ask = <R extends object>(text: string, values: unknown[]): Promise<R[]> =>
    withClaim(
      context.pool,
      context.claimKey,
      service,
      async (client) => (await client.query<R>(text, values)).rows,
    );
  // Taken in a transaction of its own: no receiver's slowness holds one open.
  const due = await ask<Due>("select id, event, url, sealed from lineage.take_openlineage_events($1)", [
    BATCH,
  ]);
  let failed = 0;
  let isDown = false;
  for (const { id, event, url, sealed } of due) {
    const token = sealed === null ? null : context.secrets.open(openlineagePurpose(orgId), sealed);
    // Order matters to a receiver, and one that is down costs a timeout an event.
    const sent: Sent = isDown
      ? { ok: false, problem: "an earlier event was not taken" }
      : await sendEvent(url, token, event);
    isDown ||= !sent.ok && !sent.final;
    if (!sent.ok) failed++;
    await ask("select lineage.tell_openlineage_event($1, $2, $3)", [
      id,
      sent.problem ?? null,
      sent.final ?? false,
    ]);
  }
  return { taken: due.length, failed };
}

/** Another job of the same name, behind what waits. */
async function again({ pool }: EmitContext, orgId: string): Promise<void> {
  await pool.query("select core.enqueue('lineage__emit', $1, $2, $2)", [
    JSON.stringify({ orgId }),
    `lineage:${orgId}`,
  ]);
}

export function createEmitTask(context: EmitContext): (payload: unknown) => Promise<void> {
  return async (payload) => {
    const { orgId } = payloadShape.parse(payload);
    const until = Date.now() + MAX_MS;
    let failed = 0;
    for (let batch = 0; batch < MAX_BATCHES; batch++) {
      const result = await emitBatch(context, orgId);
      failed += result.failed;
      if (result.taken < BATCH) break;
      if (Date.now() > until) {
        await again(context, orgId);
        break;
      }
    }
    if (failed === 0) return;
    context.log.warn(
      { org_id: orgId, events: failed },
      "OpenLineage events were not taken by their receiver",
    );
    throw new AppError("UNREACHABLE", `${failed} OpenLineage events were not taken`, {
      hint: "lineage.openlineage_outbox says why; they are tried again.",
    });
  };
}
