/**
 * Job ingest__describe_raw {orgId, fileId}: raw records of a file into the document store, as its runs left them. Queued in the
 * transaction that ends a run; nothing of a load waits for it.
 */
import type { JobHelpers } from "graphile-worker";
import { z } from "zod";
import { type FollowContext, followFile } from "../staging/follow.ts";

const payloadShape = z.object({ orgId: z.uuid(), fileId: z.uuid() });

export function createDescribeRawTask(
  context: FollowContext,
): (payload: unknown, helpers?: Pick<JobHelpers, "abortSignal">) => Promise<void> {
  return async (payload, helpers) => {
    const { orgId, fileId } = payloadShape.parse(payload);
    await followFile(context, orgId, fileId, helpers?.abortSignal ?? new AbortController().signal);
  };
}
