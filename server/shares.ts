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
  /**
   * A share of one, at once or, where there is none, in the order of coming; the result gives it back. Null: too many of
   * theirs wait already.
   */
  enter(who: string): (() => void) | Promise<() => void> | null;
}

/** Shares for which one waits instead of being refused: `waiting` of each at most, in the order of coming. */
export function createTurns(bounds: { total: number; each: number; waiting: number }): Turns {
  const shares = createShares(bounds);
  const waiting: { who: string; go(done: () => void): void }[] = [];

  const admit = (): void => {
    for (let at = 0; at < waiting.length; ) {
      const done = shares.take(waiting[at]!.who);
      if (done === "total") return;
      // One whose own are all there holds up nobody behind.
      if (done === "each") at++;
      else waiting.splice(at, 1)[0]!.go(leaving(done));
    }
  };
  const leaving = (done: () => void) => (): void => {
    done();
    admit();
  };
  return {
    enter(who) {
      const before = waiting.filter((other) => other.who === who).length;
      const done = before > 0 ? "each" : shares.take(who);
      if (typeof done === "function") return leaving(done);
      if (before >= bounds.waiting) return null;
      return new Promise((resolve) => waiting.push({ who, go: resolve }));
    },
  };
}
