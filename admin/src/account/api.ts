/** One's own account as the server tells it. */
import { call } from "../providers/http.ts";
import type { Factor } from "../providers/session.ts";

export interface Passkey {
  id: string;
  name: string;
  createdAt: string;
  lastUsedAt: string | null;
  backedUp: boolean;
}

export interface Account {
  user: { id: string; email: string; displayName: string; emailVerified: boolean; locale: string };
  hasPassword: boolean;
  totp: boolean;
  passkeys: Passkey[];
  recoveryCodes: number;
  proofs: ("password" | Factor)[];
  pending: boolean;
}

/** Recovery codes are told once, with the first factor; null where there were some already. */
export interface Enrolled {
  recoveryCodes: string[] | null;
}

export const ACCOUNT = ["account"];

export const readAccount = (): Promise<Account> => call<Account>("/auth/me");
