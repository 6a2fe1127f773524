/**
 * What is bounded for the whole process and for each organization, person or session: open feeds, sockets, uploads, bytes
 * being read. So that nobody, by mistake or on purpose, leaves nothing to the others.
 */

import type { ServerResponse } from "node:http";

export interface Shares {
  /** Takes so much for somebody until the result is called; or says which bound it would pass. */
  take(who: string, amount?: number): (() => void) | "each" | "total";
}

export function createShares(bounds: { total: number; each: number }): Shares {
  const taken = new Map<string, number>();
  let total = 0;
  return {
    take(who, amount = 1) {
      const own = taken.get(who) ?? 0;
      if (own + amount > bounds.each) return "each";
      if (total + amount > bounds.total) return "total";
      total += amount;
      taken.set(who, own + amount);
      let held = true;
      return () => {
        if (!held) return;
        held = false;
        total -= amount;
        const left = taken.get(who)! - amount;
        if (left === 0) taken.delete(who);
        else taken.set(who, left);
      };
    },
  };
}

/** Gives a share back when the request is over; at once where it is over already, since its end is told once. */
export function holdWhile(response: ServerResponse, done: () => void): void {
  if (response.destroyed) done();
  else response.once("close", done);
}

export interface Turns {
  /** Waits for a share of one, in the order of coming; the result gives it back. Null: too many of theirs wait already. */
  enter(who: string): Promise<() => void> | null;
}

/** Shares for which one waits instead of being refused: `waiting` of each at most. */
export function createTurns(bounds: { total: number; each: number; waiting: number }): Turns {
  const shares = createShares(bounds);
  const waiting = new Map<string, ((done: () => void) => void)[]>();

  const admit = (): void => {
    // Ends: each turn takes somebody off the list, and the list of those who cannot go on is walked once.
    for (const [who, list] of waiting) {
      while (list.length > 0) {
        const done = shares.take(who);
        if (typeof done === "string") break;
        list.shift()!(leaving(done));
      }
      if (list.length === 0) waiting.delete(who);
    }
  };
  const leaving = (done: () => void) => (): void => {
    done();
    admit();
  };
  return {
    enter(who) {
      const list = waiting.get(who) ?? [];
      const done = list.length > 0 ? "each" : shares.take(who);
      if (typeof done === "function") return Promise.resolve(leaving(done));
      if (list.length >= bounds.waiting) return null;
      waiting.set(who, list);
      return new Promise((resolve) => list.push(resolve));
    },
  };
}
