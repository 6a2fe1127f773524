/** The gateway's connections, and transactions that carry a request's identity. */
import pg from "pg";
import { signClaim } from "../lib/claims.ts";
import { AppError, isPgError } from "../lib/errors.ts";
import type { Logger } from "../lib/log.ts";
import type { Identity } from "./auth/tokens.ts";

export const POOL_SIZE = 16;
/** Then a connection is replaced: each keeps the plans of every organization that it has met (lib/pg.ts). */
const MAX_USES = 5000;
/** A claim counts for one transaction; this bounds what a leaked one is good for. */
const CLAIM_SECONDS = 60;

/** Who asks, for one transaction: made anew each time, so that a subscription outlives a claim but not its token. */
export type Settings = {
  role: "cadastre_user" | "cadastre_anonymous";
  "cadastre.claim": string;
  "cadastre.request_id": string;
  /** Where the request came from, for the audit trail. */
  "cadastre.ip": string;
  /** Why, for the versions that the request makes; and the moment of the past that it asks for. */
  "cadastre.reason"?: string;
  "cadastre.against_rules"?: string;
  "cadastre.as_of"?: string;
};

/**
 * A pool whose clients may have several statements under way (`pipeline`): a request's settings, its query and the
 * commit travel together, in one round trip.
 */
export function createGatewayPool(connectionString: string, log: Logger): pg.Pool {
  const pool = new pg.Pool({
    connectionString,
    max: POOL_SIZE,
    maxUses: MAX_USES,
    application_name: "cadastre-server",
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 30_000,
    pipeline: true,
  });
  const lost = (error: Error) => log.warn({ err: error.message }, "a database connection was lost");
  pool.on("error", lost);
  // Of one in use too: without a listener its end would be the process's end.
  pool.on("connect", (client) => client.on("error", lost));
  return pool;
}

/** A claim is used again for this long: signing one is a fifth of what a small request costs here. */
const CLAIM_REUSE_MS = 20_000;
const claims = new WeakMap<Identity, { claim: string; until: number }>();

/** Identities are kept by token, so the claim of one belongs to that token's session. */
function claimOf(identity: Identity, claimKey: Buffer): string {
  const now = Date.now();
  const known = claims.get(identity);
  if (known && known.until > now) return known.claim;
  const { kind, orgId, userId, sessionId, expiresAt } = identity;
  const ttlSeconds = Math.min(CLAIM_SECONDS, expiresAt - Math.floor(now / 1000));
  const claim = signClaim({ kind, orgId, userId, sessionId, ttlSeconds }, claimKey);
  claims.set(identity, { claim, until: Math.min(now + CLAIM_REUSE_MS, expiresAt * 1000) });
  return claim;
}

/** The settings of a request; evaluated when a transaction begins. */
export function settingsFor(
  identity: Identity | null,
  requestId: string,
  claimKey: Buffer,
  ip = "",
  history: { reason?: string; againstRules?: boolean; asOf?: string } = {},
): Settings {
  return {
    get role() {
      return identity ? "cadastre_user" : "cadastre_anonymous";
    },
    get "cadastre.claim"() {
      return identity ? claimOf(identity, claimKey) : "";
    },
    "cadastre.request_id": requestId,
    "cadastre.ip": ip,
    ...(history.reason === undefined ? {} : { "cadastre.reason": history.reason }),
    ...(history.againstRules ? { "cadastre.against_rules": "true" } : {}),
    ...(history.asOf === undefined ? {} : { "cadastre.as_of": history.asOf }),
  };
}

/**
 * The same person on the gateway's own role: for its own functions, which get what only the server may make and still ask
 * under whose claim.
 */
export function asGateway(settings: Settings): Omit<Settings, "role"> {
  const { role: _, ...own } = settings;
  return own;
}

/** A connection of the pool. Errors: AppError BUSY when none comes free, UNAVAILABLE when the database is away. */
export async function takeClient(pool: pg.Pool): Promise<pg.PoolClient> {
  try {
    return await pool.connect();
  } catch (error) {
    if (isPgError(error)) throw error;
    const hint = "Try again in a moment.";
    throw pool.totalCount >= POOL_SIZE
      ? new AppError("BUSY", "too much is being asked at this moment", { hint, cause: error })
      : new AppError("UNAVAILABLE", "the database cannot be reached", { hint, cause: error });
  }
}

/** The statement that begins a transaction with settings, all in one message. */
export function beginWith(settings: Record<string, string | undefined>): string {
  let text = "begin";
  for (const [name, value] of Object.entries(settings)) {
    if (value === undefined) continue;
    // Names are ours; values are quoted, because a claim and a request id come from outside.
    text += `; set local ${name} = ${pg.escapeLiteral(value)}`;
  }
  return text;
}

/**
 * Runs `work` in one transaction with the settings; rolls back on any error. The beginning is not waited for: where a
 * setting is refused the transaction has begun and takes nothing more, so that no statement runs without its settings.
 */
export async function inRequest<T>(
  pool: pg.Pool,
  settings: Partial<Settings>,
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  const client = await takeClient(pool);
  let broken: Error | undefined;
  const begun = client.query(beginWith({ ...settings }));
  begun.catch(() => undefined);
  try {
    const result = await work(client);
    await begun;
    await client.query("commit");
    return result;
  } catch (error) {
    await client.query("rollback").catch((rollbackError: Error) => {
      broken = rollbackError;
    });
    // What failed first is the reason for what failed after it.
    await begun;
    throw error;
  } finally {
    client.release(broken);
  }
}
