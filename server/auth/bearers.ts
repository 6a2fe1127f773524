/** Whom an Authorization header names: an access token of a session, or an API key. */
import { LRUCache } from "lru-cache";
import { z } from "zod";
import { AppError, explain } from "../../lib/errors.ts";
import type { Logger } from "../../lib/log.ts";
import type { Gate } from "./gate.ts";
import { digestOf } from "./opaque.ts";
import type { Identity, Tokens } from "./tokens.ts";

const KEY = /^cad_[a-z0-9]{8}_[A-Za-z0-9_-]{43}$/;
/** A key's use is written down this often; whether it still counts, private.identity() asks at every statement. */
const LOOK_UP_MS = 60_000;
const MAX_CACHED = 10_000;
const NO_ORIGIN = { requestId: "", ip: "", userAgent: "" };

const keyShape = z
  .object({ keyId: z.uuid(), orgId: z.uuid(), userId: z.uuid(), expiresAt: z.coerce.date() })
  .nullable();

export interface Bearers {
  /** Errors: AppError UNAUTHENTICATED. */
  verify(token: string, ip?: string): Promise<Identity>;
  /** The identity of a token verified before and still valid, without asking again. */
  known(token: string): Identity | undefined;
}

export function createBearers(tokens: Tokens, gate: Gate, log: Logger): Bearers {
  const keys = new LRUCache<string, Identity>({ max: MAX_CACHED, ttl: LOOK_UP_MS });
  const isKey = (token: string): boolean => token.startsWith("cad_");
  const knownKey = (token: string): Identity | undefined => {
    const identity = keys.get(token);
    return identity && identity.expiresAt > Date.now() / 1000 ? identity : undefined;
  };
  // Told in the log with the reason and never with the token; told to the client without the reason.
  const logged = (ip: string) => (error: unknown) => {
    log.info({ ip, reason: explain(error) }, "a bearer token was refused");
    throw error;
  };
  const verifyKey = async (token: string, ip: string): Promise<Identity> => {
    const before = knownKey(token);
    if (before) return before;
    const found = KEY.test(token)
      ? await gate.call(keyShape, "find_api_key", [digestOf(token)], { ...NO_ORIGIN, ip })
      : null;
    if (!found) {
      throw new AppError("UNAUTHENTICATED", "this API key is not valid", {
        hint: "It may be revoked or expired; make another one.",
      });
    }
    const identity: Identity = {
      kind: "key",
      userId: found.userId,
      orgId: found.orgId,
      sessionId: found.keyId,
      expiresAt: Math.floor(found.expiresAt.getTime() / 1000),
    };
    keys.set(token, identity);
    return identity;
  };
  return {
    known: (token) => (isKey(token) ? knownKey(token) : tokens.known(token)),
    verify: (token, ip = "") =>
      (isKey(token) ? verifyKey(token, ip) : tokens.verify(token)).catch(logged(ip)),
  };
}
