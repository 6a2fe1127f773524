/** Puts events into a dataset's stream: durable when this resolves. */
import type pg from "pg";
import { isPgError } from "../../lib/errors.ts";
import { inRequest, type Settings } from "../database.ts";
import type { GivenEvent } from "./stream-input.ts";

/** Two requests with the same keys in another order may block each other; PostgreSQL refuses one, which tries again. */
const MAX_TRIES = 4;

export interface Taken {
  datasetId: string;
  /** Number, and whether its key was there before. */
  events: [number, boolean][];
}

export async function takeEvents(
  pool: pg.Pool,
  settings: Settings,
  dataset: string,
  events: GivenEvent[],
): Promise<Taken> {
  const items = events.map(({ key, text }) => `{"key":${JSON.stringify(key)},"body":${text}}`);
  for (let attempt = 1; ; attempt++) {
    try {
      const rows = await inRequest(pool, settings, async (client) => {
        const sent = [dataset, `[${items.join(",")}]`];
        return (await client.query<{ taken: Taken }>("select private.take_events($1, $2) as taken", sent))
          .rows;
      });
      return rows[0]!.taken;
    } catch (error) {
      if (!isPgError(error) || error.code !== "40P01" || attempt === MAX_TRIES) throw error;
    }
  }
}
