/** Every hour: raw records that are older than their organization keeps them leave the document store. */
import { withClaim } from "../../lib/pg.ts";
import type { WorkerContext } from "./index.ts";

export const EXPIRE_RAW_MS = 3_600_000;

/** Resolves with how many files' records went. */
export async function expireRaw({
  pool,
  claimKey,
  documents,
}: Pick<WorkerContext, "pool" | "claimKey" | "documents">): Promise<number> {
  if (!documents) return 0;
  const platform = { kind: "service", orgId: null, userId: null } as const;
  const { rows } = await withClaim(pool, claimKey, platform, (client) =>
    client.query<{ org_id: string; schema_key: string; before: Date }>(
      "select org_id, schema_key, before from ingest.raw_retentions()",
    ),
  );
  let files = 0;
  for (const { org_id: id, schema_key: key, before } of rows)
    files += await documents.expire({ id, key }, before);
  return files;
}
