/** Passwords of accounts: checked with the same work for everybody, and kept under today's parameters. */
import type pg from "pg";
import { z } from "zod";
import { hashPassword, needsRehash } from "../../lib/passwords.ts";
import { inRequest } from "../database.ts";
import type { Gate, Origin } from "./gate.ts";
import type { Passwords } from "./passwords.ts";

export interface Accounts {
  /** The account's id when the password is right, else null: for an unknown account after the same work. */
  checkPassword(email: string, password: string, origin: Origin): Promise<string | null>;
  /** Writes down a refused sign-in: with a right password and no membership, or with neither. */
  recordRefusal(userId: string | null, email: string, origin: Origin): Promise<void>;
}

export function createAccounts(pool: pg.Pool, gate: Gate, passwords: Passwords): Accounts {
  return {
    async checkPassword(email, password, origin) {
      const { rows } = await inRequest(pool, {}, (client) =>
        client.query<{ user_id: string; password_hash: string }>(
          "select user_id, password_hash from private.login_lookup($1)",
          [email],
        ),
      );
      const account = rows[0];
      const right = await passwords.matches(account?.password_hash ?? null, password);
      if (!right || !account) return null;
      if (needsRehash(account.password_hash)) {
        const fresh = await passwords.limited(() => hashPassword(password));
        const values = [account.user_id, account.password_hash, fresh];
        await gate.call(z.boolean(), "store_password", values, origin);
      }
      return account.user_id;
    },
    async recordRefusal(userId, email, origin) {
      const reason = userId ? "membership" : "credentials";
      await gate.call(z.boolean(), "login_refused", [userId, email, reason], origin);
    },
  };
}
