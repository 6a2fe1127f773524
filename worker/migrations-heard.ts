/**
 * The queue's library ends every worker that hears of a migration of its schema which would break it, on the channel
 * worker:migrate. NOTIFY is open to every login of the database, an analyst's too: so what is heard there is believed only
 * where the schema says the same.
 */
import type { ClientBase, Notification, Pool } from "pg";
import { explain } from "../lib/errors.ts";
import type { Logger } from "../lib/log.ts";

const CHANNEL = "worker:migrate";
const LATEST = "select coalesce(max(id), 0)::int as latest from graphile_worker.migrations where breaking";

async function latestBreaking(pool: Pool): Promise<number> {
  return (await pool.query<{ latest: number }>(LATEST)).rows[0]!.latest;
}

/** Returns what is to be done with each connection on which the library listens. */
export async function doubtMigrations(pool: Pool, log: Logger): Promise<(client: ClientBase) => void> {
  const known = await latestBreaking(pool);
  const doubted = new WeakSet<ClientBase>();
  let isAsking = false;

  const isTrue = async (): Promise<boolean> => {
    try {
      return (await latestBreaking(pool)) > known;
    } catch (error) {
      log.warn({ err: explain(error) }, "what the queue's schema is could not be asked");
      return false;
    }
  };
  return (client) => {
    if (doubted.has(client)) return;
    doubted.add(client);
    const emit = client.emit.bind(client);
    const pass = (message: Notification): void => {
      // One question at a time, however often it is told.
      if (isAsking) return;
      isAsking = true;
      void isTrue().then((breaks) => {
        isAsking = false;
        if (breaks) emit("notification", message);
        else log.debug("a migration of the queue's schema was told that there is not");
      });
    };
    client.emit = ((event: string, ...args: unknown[]) => {
      const message = args[0] as Notification | undefined;
      if (event !== "notification" || message?.channel !== CHANNEL)
        return emit(event as never, ...(args as never[]));
      pass(message);
      return true;
    }) as typeof client.emit;
  };
}
