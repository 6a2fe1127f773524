/** Access tokens: who is asking, signed, for fifteen minutes. What they may do is the database's to say. */
import { createLocalJWKSet, errors, jwtVerify, SignJWT } from "jose";
import { LRUCache } from "lru-cache";
import { z } from "zod";
import { AppError } from "../../lib/errors.ts";
import type { JwtKeys } from "./keys.ts";

export const ACCESS_TOKEN_SECONDS = 900;
const AUDIENCE = "cadastre-api";
const ALGORITHM = "EdDSA";
const MAX_TOKEN_LENGTH = 4096;
const MAX_CACHED_TOKENS = 10_000;

/** Whoever a verified token or API key names. */
export interface Identity {
  kind: "user" | "operator" | "key";
  userId: string;
  orgId: string | null;
  /** The session; of an API key, its id. */
  sessionId: string;
  /** Unix seconds. */
  expiresAt: number;
}

const claimsShape = z.object({
  sub: z.uuid(),
  sid: z.uuid(),
  exp: z.number(),
  knd: z.enum(["user", "operator"]),
  org: z.uuid().optional(),
});

export interface Tokens {
  sign(who: Omit<Identity, "expiresAt">): Promise<string>;
  /** Errors: AppError UNAUTHENTICATED, the same for every reason but expiry, which a client may repair. */
  verify(token: string): Promise<Identity>;
  /** The identity of a token verified before and still valid, without asking the key again. */
  known(token: string): Identity | undefined;
}

function refuse(message: string, cause?: unknown): AppError {
  return new AppError("UNAUTHENTICATED", message, {
    cause,
    hint: "Sign in at POST /auth/login, or renew the access token at POST /auth/refresh.",
  });
}

/** `look` takes over keys that another process made, for a token that none of those known has signed. */
export function createTokens(
  keys: JwtKeys,
  issuer: string,
  look: () => Promise<void> = async () => undefined,
): Tokens {
  // Keys change while the server runs: the set is made anew when they have.
  let from = keys.publicJwks;
  let keySet = createLocalJWKSet({ keys: from });
  const currentKeys = () => {
    if (from !== keys.publicJwks) {
      from = keys.publicJwks;
      keySet = createLocalJWKSet({ keys: from });
    }
    return keySet;
  };
  // A signature costs more to verify than a whole request to route; the same token comes hundreds of times.
  const verified = new LRUCache<string, Identity>({ max: MAX_CACHED_TOKENS });

  const payloadOf = async (token: string): Promise<unknown> => {
    const rules = { algorithms: [ALGORITHM], issuer, audience: AUDIENCE, typ: "at+jwt" };
    try {
      return (await jwtVerify(token, currentKeys(), rules)).payload;
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      await look();
      return (await jwtVerify(token, currentKeys(), rules)).payload;
    }
  };

  const known = (token: string): Identity | undefined => {
    const identity = verified.get(token);
    return identity && identity.expiresAt > Date.now() / 1000 ? identity : undefined;
  };

  return {
    known,
    async sign(who) {
      const claims = { knd: who.kind, sid: who.sessionId, ...(who.orgId ? { org: who.orgId } : {}) };
      return new SignJWT(claims)
        .setProtectedHeader({ alg: ALGORITHM, kid: keys.kid, typ: "at+jwt" })
        .setSubject(who.userId)
        .setIssuer(issuer)
        .setAudience(AUDIENCE)
        .setIssuedAt()
        .setExpirationTime(`${ACCESS_TOKEN_SECONDS}s`)
        .sign(keys.privateKey);
    },
    async verify(token) {
      const before = known(token);
      if (before) return before;
      if (token.length > MAX_TOKEN_LENGTH) throw refuse("this access token is not valid");
      try {
        const payload = await payloadOf(token);
        const claims = claimsShape.parse(payload);
        if ((claims.knd === "user") !== (claims.org !== undefined)) throw new Error("kind and organization");
        const identity: Identity = {
          kind: claims.knd,
          userId: claims.sub,
          orgId: claims.org ?? null,
          sessionId: claims.sid,
          expiresAt: claims.exp,
        };
        verified.set(token, identity);
        return identity;
      } catch (error) {
        throw refuse(
          error instanceof errors.JWTExpired
            ? "this access token has expired"
            : "this access token is not valid",
          error,
        );
      }
    },
  };
}
