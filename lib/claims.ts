/**
 * Signed identity claims: how the server and the worker tell PostgreSQL who is asking. Checked by
 * private.identity(); the format is told there. A claim is set for one transaction only.
 */
import { createHmac } from "node:crypto";

export interface Claim {
  /**
   * user: a member. key: an API key of a member's, its id as the session. operator: a platform operator.
   * service: the worker for an organization, or for the platform.
   */
  kind: "user" | "key" | "operator" | "service";
  orgId: string | null;
  userId: string | null;
  sessionId?: string | null;
  /** Seconds until it counts no more. */
  ttlSeconds?: number;
}

const DEFAULT_TTL_SECONDS = 900;

/** The text for the setting `cadastre.claim`. */
export function signClaim(claim: Claim, key: Buffer): string {
  const expires = Math.floor(Date.now() / 1000) + (claim.ttlSeconds ?? DEFAULT_TTL_SECONDS);
  const payload = [
    "v1",
    claim.kind,
    claim.orgId ?? "-",
    claim.userId ?? "-",
    claim.sessionId ?? "-",
    String(expires),
  ].join(".");
  return `${payload}.${createHmac("sha256", key).update(payload).digest("hex")}`;
}
