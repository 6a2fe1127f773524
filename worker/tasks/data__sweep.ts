/** Every minute: objects that nothing refers to any more (rewritten files, archives that are gone) leave the store. */
import { withClaim } from "../../lib/pg.ts";
import type { WorkerContext } from "./index.ts";

export const SWEEP_OBJECTS_MS = 60_000;
/** Objects of one sweep; the rest waits for the next. */
const MAX_SWEPT = 1000;

/** Resolves with how many went. An object that the store does not give up is tried again the next time. */
export async function sweepObjects({
  pool,
  claimKey,
  store,
}: Pick<WorkerContext, "pool" | "claimKey" | "store">): Promise<number> {
  const platform = { kind: "service", orgId: null, userId: null } as const;
  const { rows } = await withClaim(pool, claimKey, platform, (client) =>
    client.query<{ org_id: string; object_key: string }>(
      "select org_id, object_key from private.dead_objects($1)",
      [MAX_SWEPT],
    ),
  );
  for (const { org_id: org, object_key: key } of rows) {
    await store.remove(key);
    await withClaim(pool, claimKey, platform, (client) =>
      client.query("select private.forget_dead_object($1, $2)", [org, key]),
    );
  }
  return rows.length;
}
