/**
 * Signed identity claims: how the server and the worker tell PostgreSQL who is asking. Checked by
 * private.identity(); the format is told there. A claim is set for one transaction only.
 */
import { createHmac } from "node:crypto";

export interface Claim {
  /**
   * user: a member. key: an API key of a member's, its id as the session. operator: a platform operator.
   * service: the worker for an organization, or for the platform. sandbox: counts on one session of the
   * organization's unprivileged login alone, whose number is the session (sandboxSession).
   */
  kind: "user" | "key" | "operator" | "service" | "sandbox";
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

/** The session part of a claim of kind sandbox: the number of the server process that it is for. */
export function sandboxSession(pid: number): string {
  const hex = pid.toString(16).padStart(32, "0");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/**
 * The channel on which PostgreSQL tells a topic (core.notify). LISTEN and NOTIFY are open to every login, so channels have
 * names that nobody can make without the key; private.channels makes the same.
 */
export function channelOf(topic: string, key: Buffer): string {
  return `c${createHmac("sha256", key).update(`channel ${topic}`).digest("hex").slice(0, 48)}`;
}
