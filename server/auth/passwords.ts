/** Verifying passwords with argon2id: the same work whether the account exists or not, and never too much at once. */
import { randomBytes } from "node:crypto";
import { AppError } from "../../lib/errors.ts";
import { hashPassword, verifyPassword } from "../../lib/passwords.ts";

export const MAX_PASSWORD_LENGTH = 1000;
/** Each verification holds a core and 19 MiB for its time. */
const MAX_AT_ONCE = 4;
const MAX_WAITING = 100;

export interface Passwords {
  /** False for a wrong password and for an account that does not exist, after the same work. */
  matches(storedHash: string | null, password: string): Promise<boolean>;
  /** Runs other work with hashes under the same limit. */
  limited<T>(work: () => Promise<T>): Promise<T>;
}

export async function createPasswords(): Promise<Passwords> {
  // What an unknown account is verified against.
  const nobody = await hashPassword(randomBytes(24).toString("base64url"));
  let running = 0;
  const waiting: (() => void)[] = [];

  const enter = async (): Promise<void> => {
    if (running < MAX_AT_ONCE) {
      running++;
      return;
    }
    if (waiting.length >= MAX_WAITING) {
      throw new AppError("BUSY", "too many people are signing in at this moment", {
        hint: "Try again in a few seconds.",
      });
    }
    // The place is handed over by whoever leaves, so `running` stays as it is.
    await new Promise<void>((resolve) => waiting.push(resolve));
  };
  const leave = (): void => {
    const next = waiting.shift();
    if (next) next();
    else running--;
  };

  const limited = async <T>(work: () => Promise<T>): Promise<T> => {
    await enter();
    try {
      return await work();
    } finally {
      leave();
    }
  };

  return {
    limited,
    matches: (storedHash, password) =>
      limited(async () => {
        const right = await verifyPassword(storedHash ?? nobody, password).catch(() => false);
        return right && storedHash !== null;
      }),
  };
}
