/**
 * What is bounded for the whole process and for each organization, person or session: open feeds, sockets, uploads, bytes
 * being read. So that nobody, by mistake or on purpose, leaves nothing to the others.
 */

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
