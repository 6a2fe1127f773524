/** Hears notifications of some channels on a connection of the pool's; comes back by itself when that is lost. */
import type pg from "pg";
import { explain } from "../../lib/errors.ts";
import type { Logger } from "../../lib/log.ts";

const PAUSE_MS = 1000;

export interface Wake {
  stop(): void;
}

/** `channels`: what to call when something is heard, and whenever something may have been missed. */
export function listenOn(pool: pg.Pool, channels: Record<string, () => void>, log: Logger): Wake {
  let stopped = false;
  let client: pg.PoolClient | null = null;
  let timer: NodeJS.Timeout | undefined;

  const again = (): void => {
    if (stopped) return;
    timer = setTimeout(() => void connect(), PAUSE_MS);
  };
  const connect = async (): Promise<void> => {
    try {
      const open = await pool.connect();
      if (stopped) return open.release(true);
      client = open;
      const lost = (): void => {
        if (client !== open) return;
        client = null;
        open.release(true);
        again();
      };
      open.on("error", lost);
      open.on("end", lost);
      open.on("notification", ({ channel }) => channels[channel]?.());
      for (const channel of Object.keys(channels)) await open.query(`listen "${channel}"`);
      for (const heard of Object.values(channels)) heard();
    } catch (error) {
      if (!stopped) log.debug({ err: explain(error) }, "notifications cannot be heard yet");
      client?.release(true);
      client = null;
      again();
    }
  };
  void connect();
  return {
    stop() {
      stopped = true;
      clearTimeout(timer);
      const open = client;
      client = null;
      open?.release(true);
    },
  };
}
