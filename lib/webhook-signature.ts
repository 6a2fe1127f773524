/**
 * Signatures of webhooks after the Standard Webhooks convention: HMAC-SHA256 over `<id>.<timestamp>.<body>`, one `v1,`
 * for each secret that is valid, so that a receiver may know the new one or still the old.
 */
import { createHmac, randomBytes } from "node:crypto";

const PREFIX = "whsec_";
const SECRET_BYTES = 32;

/** What a webhook's secrets are sealed for (lib/secrets.ts). */
export const webhookPurpose = (id: string): string => `webhook:${id}`;

export function newWebhookSecret(): string {
  return PREFIX + randomBytes(SECRET_BYTES).toString("base64");
}

export interface Message {
  id: string;
  /** Unix seconds of this attempt. */
  timestamp: number;
  body: string;
}

export function signMessage(
  { id, timestamp, body }: Message,
  secrets: readonly string[],
): Record<string, string> {
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.slice(PREFIX.length), "base64");
    return `v1,${createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64")}`;
  });
  return {
    "webhook-id": id,
    "webhook-timestamp": String(timestamp),
    "webhook-signature": signatures.join(" "),
  };
}
