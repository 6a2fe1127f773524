/**
 * Slows down guessing: failed sign-ins are counted per address and account, and per address. In memory and bounded;
 * several servers count apart, which only multiplies a small allowance.
 */
import { LRUCache } from "lru-cache";
import { AppError } from "../../lib/errors.ts";

const WINDOW_MS = 15 * 60 * 1000;
const MAX_PER_ACCOUNT = 10;
const MAX_PER_ADDRESS = 100;
const MAX_REMEMBERED = 50_000;

export interface Attempts {
  /** Errors: AppError TOO_MANY. */
  check(address: string, email: string): void;
  failed(address: string, email: string): void;
  succeeded(address: string, email: string): void;
}

export function createAttempts(): Attempts {
  const failures = new LRUCache<string, number>({ max: MAX_REMEMBERED, ttl: WINDOW_MS });
  const account = (address: string, email: string) => `${address} ${email.toLowerCase()}`;
  const add = (key: string) => {
    // The window begins with the first failure.
    const remaining = failures.getRemainingTTL(key);
    failures.set(key, (failures.get(key) ?? 0) + 1, remaining > 0 ? { ttl: remaining } : {});
  };
  return {
    check(address, email) {
      const over =
        (failures.get(account(address, email)) ?? 0) >= MAX_PER_ACCOUNT ||
        (failures.get(address) ?? 0) >= MAX_PER_ADDRESS;
      if (over) {
        throw new AppError("TOO_MANY", "too many failed sign-ins from here", {
          hint: "Wait a quarter of an hour, then try again.",
        });
      }
    },
    failed(address, email) {
      add(account(address, email));
      add(address);
    },
    succeeded(address, email) {
      failures.delete(account(address, email));
    },
  };
}
