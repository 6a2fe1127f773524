/**
 * Requests at incoming webhooks: proven by the sender's own convention, taken apart into events. Conventions as their
 * makers publish them: Standard Webhooks (standardwebhooks.com), GitHub (X-Hub-Signature-256), Stripe
 * (Stripe-Signature), Shopify (X-Shopify-Hmac-Sha256).
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import { AppError } from "./errors.ts";

export const SCHEMES = ["standard", "github", "stripe", "shopify", "hmac", "token"] as const;
export type Scheme = (typeof SCHEMES)[number];

/** A signed time may be off by this much: a request that was overheard cannot be sent again later. */
const TOLERANCE_SECONDS = 300;
const STANDARD_PREFIX = "whsec_";

/** What an incoming webhook's secret is sealed for (lib/secrets.ts). */
export const incomingPurpose = (id: string): string => `incoming:${id}`;

export interface Received {
  /** By name in lower case. */
  header(name: string): string | undefined;
  body: Buffer;
  /** Unix seconds. */
  now: number;
}

function same(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function mac(key: string | Buffer, encoding: "hex" | "base64", ...parts: (string | Buffer)[]): string {
  const hmac = createHmac("sha256", key);
  for (const part of parts) hmac.update(part);
  return hmac.digest(encoding);
}

const refuse = (message: string, hint: string): AppError =>
  new AppError("UNAUTHENTICATED", message, { hint });

function required(received: Received, name: string): string {
  const value = received.header(name);
  if (value) return value;
  throw refuse(
    `the header ${name} is missing`,
    "Sign requests as docs/reference/incoming-webhooks.md tells.",
  );
}

function checkTime(text: string | undefined, now: number): string {
  const time = Number(text);
  if (text && Number.isInteger(time) && Math.abs(now - time) <= TOLERANCE_SECONDS) return text;
  throw refuse(
    `the signed time is more than ${TOLERANCE_SECONDS} seconds off`,
    "Set the sender's clock; a request that is sent again is signed again.",
  );
}

/** Signatures that the request gives, and what each secret would have given. */
function signaturesOf(scheme: Exclude<Scheme, "token">, received: Received) {
  const { body, now } = received;
  switch (scheme) {
    case "standard": {
      const id = required(received, "webhook-id");
      const time = checkTime(required(received, "webhook-timestamp"), now);
      const given = required(received, "webhook-signature")
        .split(" ")
        .filter((one) => one.startsWith("v1,"))
        .map((one) => one.slice(3));
      const keyOf = (secret: string) =>
        secret.startsWith(STANDARD_PREFIX)
          ? Buffer.from(secret.slice(STANDARD_PREFIX.length), "base64")
          : secret;
      return { given, expect: (secret: string) => mac(keyOf(secret), "base64", `${id}.${time}.`, body) };
    }
    case "github": {
      const given = [required(received, "x-hub-signature-256").replace(/^sha256=/, "")];
      return { given, expect: (secret: string) => mac(secret, "hex", body) };
    }
    case "stripe": {
      const parts = required(received, "stripe-signature")
        .split(",")
        .map((part) => part.trim().split("=", 2) as [string, string]);
      const time = checkTime(parts.find(([name]) => name === "t")?.[1], now);
      const given = parts.filter(([name]) => name === "v1").map(([, value]) => value ?? "");
      return { given, expect: (secret: string) => mac(secret, "hex", `${time}.`, body) };
    }
    case "shopify": {
      const given = [required(received, "x-shopify-hmac-sha256")];
      return { given, expect: (secret: string) => mac(secret, "base64", body) };
    }
    case "hmac": {
      const given = [required(received, "x-signature").replace(/^sha256=/, "")];
      return { given, expect: (secret: string) => mac(secret, "hex", body) };
    }
  }
}

/** Holds a request against the webhook's secrets. Errors: AppError UNAUTHENTICATED, which says what is wrong. */
export function prove(scheme: Scheme, secrets: readonly string[], received: Received): void {
  if (scheme === "token") {
    const bearer = /^Bearer (.+)$/.exec(received.header("authorization") ?? "")?.[1];
    const given = bearer ?? required(received, "x-webhook-token");
    if (secrets.some((secret) => same(given, secret))) return;
    throw refuse(
      "the token is not this webhook's",
      "Send it as Authorization: Bearer, or as X-Webhook-Token.",
    );
  }
  const { given, expect } = signaturesOf(scheme, received);
  if (secrets.some((secret) => given.some((one) => same(one, expect(secret))))) return;
  throw refuse(
    "the signature is not of this body and secret",
    "Check that the sender has the current secret, and that nothing on the way changes the body.",
  );
}

/** The header by which a sender's repetitions are known. */
const ID_HEADERS: Partial<Record<Scheme, string>> = {
  standard: "webhook-id",
  github: "x-github-delivery",
  shopify: "x-shopify-webhook-id",
  hmac: "idempotency-key",
  token: "idempotency-key",
};

export function deliveryId(scheme: Scheme, received: Received): string | null {
  const header = ID_HEADERS[scheme];
  return (header && received.header(header)) || null;
}

/** The value at a path such as `data.items.0.id`; undefined where there is none. Own names only. */
export function valueAt(value: unknown, path: string): unknown {
  let at = value;
  for (const step of path === "" ? [] : path.split(".")) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, step)) return undefined;
    at = (at as Record<string, unknown>)[step];
  }
  return at;
}

/** The events of a body: what is at the path, one or a list of them. Errors: AppError BAD_INPUT. */
export function recordsOf(body: unknown, path: string): unknown[] {
  const found = valueAt(body, path);
  if (found === undefined) {
    throw new AppError("BAD_INPUT", `the body has nothing at ${path}`, {
      hint: "Correct the webhook's record path.",
    });
  }
  return Array.isArray(found) ? found : [found];
}

/** An event by the dataset's fields; what an event does not have is left out. */
export function mapRecord(record: unknown, mapping: Record<string, string> | null): unknown {
  if (mapping === null) return record;
  const fields = Object.entries(mapping).map(([field, path]) => [field, valueAt(record, path)] as const);
  return Object.fromEntries(fields.filter(([, value]) => value !== undefined));
}
