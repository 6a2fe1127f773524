/** Events into streams the way the server hands them over, as the bench's manager or another member. */
import { asMember } from "../support/database.ts";
import type { Bench } from "./support.ts";

export interface Taken {
  datasetId: string;
  /** Number, and whether its key was there before. */
  events: [number, boolean][];
}

export async function sendEvents(
  bench: Bench,
  dataset: string,
  events: object[],
  options: { keys?: string[]; userId?: string } = {},
): Promise<Taken> {
  const as = { orgId: bench.org.id, userId: options.userId ?? bench.manager };
  const items = events.map((body, i) => ({ key: options.keys?.[i] ?? null, body }));
  return asMember(bench.db, as, async (client) => {
    const { rows } = await client.query<{ taken: Taken }>("select private.take_events($1, $2) as taken", [
      dataset,
      JSON.stringify(items),
    ]);
    return rows[0]!.taken;
  });
}
