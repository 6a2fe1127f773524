/**
 * What all followers of change feeds share. A change is shown once every transaction older than its own is over, which may
 * take as long as somebody else's load: one question for all of them, not one each.
 */
import type pg from "pg";

/** How often the oldest open transaction is asked about while somebody waits for its end. */
const AGAIN_MS = 40;

export interface Watch {
  /** Calls when every transaction up to this one is over, or nobody can tell; the result takes it back. */
  over(txid: string, tell: () => void): () => void;
}

interface Waiter {
  txid: bigint;
  tell(): void;
}

export function createWatch(pool: pg.Pool): Watch {
  const waiting = new Set<Waiter>();
  let asking = false;

  const oldest = async (): Promise<bigint | null> => {
    try {
      const { rows } = await pool.query<{ oldest: string }>(
        "select pg_snapshot_xmin(pg_current_snapshot())::text as oldest",
      );
      return BigInt(rows[0]!.oldest);
    } catch {
      // Each reads for itself then, and meets what is wrong.
      return null;
    }
  };
  const ask = async (): Promise<void> => {
    while (waiting.size > 0) {
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      const now = await oldest();
      for (const waiter of waiting) {
        if (now !== null && now <= waiter.txid) continue;
        waiting.delete(waiter);
        waiter.tell();
      }
    }
    asking = false;
  };

  return {
    over(txid, tell) {
      const waiter = { txid: BigInt(txid), tell };
      waiting.add(waiter);
      if (!asking) {
        asking = true;
        void ask();
      }
      return () => waiting.delete(waiter);
    },
  };
}
