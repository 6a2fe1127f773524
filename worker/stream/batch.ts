/**
 * One batch of a stream: its events into the object store as a file, and at the same time one transaction that checks and
 * merges them (ingest.load_events). It commits once the file is there, so the file is there before the run is, as for an
 * upload; a batch that did not get through leaves its events waiting and no file.
 */
import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { isPgError } from "../../lib/errors.ts";
import { fileKey } from "../../lib/stores/object/keys.ts";
import { type RunError, tellError } from "../load/failures.ts";
import { asOrganization } from "../load/session.ts";
import type { LoadContext } from "../load/types.ts";
import { followEvents } from "./evolve.ts";

/** A batch is full at so many events or bytes. */
export const MAX_BATCH_EVENTS = 5000;
const MAX_BATCH_BYTES = 16 * 1024 * 1024;

export type BatchOutcome = "nothing" | "busy" | "succeeded" | "held" | "failed";

export interface BatchResult {
  outcome: BatchOutcome;
  events: number;
  /** There may be more. */
  full: boolean;
}

interface Next {
  number: string;
  body: string;
  requested_by: string | null;
}

/**
 * Takes the next batch of a stream and loads it. `failing`: the error that the batch met too often; it is set aside
 * as a failed run instead. Throws what a database or store in trouble throws; then the events wait.
 */
export async function loadBatch(
  context: LoadContext,
  orgId: string,
  datasetId: string,
  workerId: string,
  failing: unknown = null,
): Promise<BatchResult> {
  const { next, fits } = await asOrganization(context, orgId, null, async (client) => {
    const { rows } = await client.query<Next>("select * from ingest.next_events($1, $2, $3)", [
      datasetId,
      MAX_BATCH_EVENTS,
      MAX_BATCH_BYTES,
    ]);
    const bodies = rows.map((event) => event.body);
    return { next: rows, fits: bodies.length === 0 || (await followEvents(client, datasetId, bodies)) };
  });
  if (!fits) return { outcome: "busy", events: next.length, full: false };
  if (next.length === 0) return { outcome: "nothing", events: 0, full: false };
  const full = next.length === MAX_BATCH_EVENTS;
  const key = fileKey(orgId);
  const body = Buffer.from(`${next.map((event) => event.body).join("\n")}\n`);
  const sha256 = createHash("sha256").update(body).digest();
  const storing = context.store.put(key, Readable.from([body]), { maxBytes: body.length });
  // Waited for below, in time; until then it must not count as unhandled.
  storing.catch(() => undefined);
  try {
    const taken = [datasetId, next.map((event) => event.number), key, body.length, sha256, workerId];
    const error: RunError | null = failing === null ? null : tellError(failing);
    const rows = await asOrganization(context, orgId, next[0]!.requested_by, async (client) => {
      // With the batch or not at all: its raw records follow it, where there is a document store.
      const follow = Boolean(context.documents);
      const { rows } = await client.query<{ id: string; status: BatchOutcome }>(
        error === null
          ? "select id, status from ingest.load_events($1, $2, $3, $4, $5, $6, $7)"
          : "select id, status from ingest.fail_events($1, $2, $3, $4, $5, $6, $7, $8)",
        error === null ? [...taken, follow] : [...taken, JSON.stringify(error), follow],
      );
      // No run without its file: the transaction ends when the bytes are safe.
      await storing;
      return rows;
    });
    const outcome = rows[0]?.status ?? "busy";
    if (outcome === "busy") await context.store.remove(key);
    return { outcome, events: next.length, full };
  } catch (error) {
    // Refused, so rolled back. A commit whose answer was lost may have kept the run: its file stays then.
    if (isPgError(error)) await storing.then(() => context.store.remove(key)).catch(() => undefined);
    throw error;
  }
}
