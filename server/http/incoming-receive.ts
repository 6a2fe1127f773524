/**
 * A request at an incoming webhook: found, proven, taken apart, and put into the stream for whom the webhook acts. The
 * events are durable when the answer goes out; a sender that gets no 2xx sends again, and each event counts once.
 */
import { createHash } from "node:crypto";
import express, { type Request, type RequestHandler, type Response } from "express";
import { z } from "zod";
import { signClaim } from "../../lib/claims.ts";
import { AppError, explain } from "../../lib/errors.ts";
import {
  deliveryId,
  incomingPurpose,
  mapRecord,
  prove,
  type Received,
  recordsOf,
  SCHEMES,
  valueAt,
} from "../../lib/incoming.ts";
import type { AuthParts } from "../auth/context.ts";
import { originOf } from "../auth/gate.ts";
import { networkOf } from "../auth/limits.ts";
import { publicError } from "../errors.ts";
import { checkEvent, decodeBody, type Given, MAX_EVENTS, parseExact } from "./stream-input.ts";
import { takeEvents } from "./stream-take.ts";

const MAX_BODY_BYTES = 5 * 1024 * 1024;
const MAX_KEY = 150;
const CLAIM_SECONDS = 60;

const found = z
  .object({
    orgId: z.uuid(),
    userId: z.uuid().nullable(),
    dataset: z.string(),
    scheme: z.enum(SCHEMES),
    recordPath: z.string(),
    mapping: z.record(z.string(), z.string()).nullable(),
    keyPath: z.string().nullable(),
    sealed: z.array(z.string()),
  })
  .nullable();
type Found = NonNullable<z.infer<typeof found>>;
type Handler = RequestHandler<{ id: string }>;

const nowhere = (): AppError =>
  new AppError("NOT_FOUND", "there is nothing here", { hint: "Check the webhook's address." });

/** The webhook, before a byte of the body is read. */
function admit({ gate }: AuthParts): Handler {
  return async (request, response, next) => {
    const id = z.uuid().safeParse(request.params.id);
    const webhook = id.success
      ? await gate.call(found, "find_incoming_webhook", [id.data], originOf(request as Request, response))
      : null;
    if (webhook === null) throw nowhere();
    response.locals.webhook = webhook;
    next();
  };
}

function parseBody(body: Buffer): unknown {
  try {
    return parseExact(decodeBody(body));
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError("BAD_INPUT", "the body is not JSON", {
      hint: "Have the sender send application/json.",
      cause: error,
    });
  }
}

/** A key as text: numbers with every digit. What is too long for one stands by its digest, since cut short two may meet. */
function keyText(value: unknown): string | null {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "");
  if (text === "" || (typeof value !== "string" && !/^-?\d/.test(text))) return null;
  return text.length <= MAX_KEY ? text : createHash("sha256").update(text).digest("hex");
}

/** Stripe has no header for it: the body's own id is what its makers compare. */
function sharedKey(webhook: Found, received: Received, body: unknown): string | null {
  return keyText(webhook.scheme === "stripe" ? valueAt(body, "id") : deliveryId(webhook.scheme, received));
}

function eventsOf(webhook: Found, received: Received): Given[] {
  const body = parseBody(received.body);
  const records = recordsOf(body, webhook.recordPath);
  if (records.length > MAX_EVENTS) {
    throw new AppError("TOO_LARGE", `one request takes at most ${MAX_EVENTS} events`, {
      hint: "Have the sender send smaller lists.",
    });
  }
  const shared = sharedKey(webhook, received, body);
  return records.map((record, index) => {
    const value = mapRecord(record, webhook.mapping);
    const event = checkEvent(value, JSON.stringify(value) ?? "");
    if ("refused" in event) return event;
    const own = webhook.keyPath === null ? null : keyText(valueAt(record, webhook.keyPath));
    if (own !== null) event.key = own;
    else if (shared !== null) event.key ??= records.length === 1 ? shared : `${shared}#${index}`;
    return event;
  });
}

interface Outcome {
  accepted: number;
  duplicate: number;
  rejected: { index: number; message: string; remedy: string }[];
}

async function take(
  parts: AuthParts,
  request: Request<{ id: string }>,
  response: Response,
): Promise<Outcome> {
  const webhook = response.locals.webhook as Found;
  const received: Received = {
    header: (name) => request.get(name),
    body: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
    now: Math.floor(Date.now() / 1000),
  };
  const secrets = webhook.sealed.map((one) => parts.secrets.open(incomingPurpose(request.params.id), one));
  try {
    prove(webhook.scheme, secrets, received);
  } catch (error) {
    // Secrets are too long to be guessed; this keeps strangers from keeping the server busy.
    await parts.limits.spend("token", networkOf(request.ip ?? ""));
    throw error;
  }
  if (webhook.userId === null) {
    throw new AppError("FORBIDDEN", "nobody is left for whom this webhook acts", {
      hint: "Whoever saves it again takes it over.",
    });
  }
  const given = eventsOf(webhook, received);
  const events = given.filter((event) => "text" in event);
  const { orgId, userId } = webhook;
  const settings = {
    role: "cadastre_user",
    "cadastre.claim": signClaim({ kind: "user", orgId, userId, ttlSeconds: CLAIM_SECONDS }, parts.claimKey),
    "cadastre.request_id": String(response.locals.requestId ?? ""),
    "cadastre.ip": request.ip ?? "",
  } as const;
  const taken =
    events.length > 0 ? (await takeEvents(parts.pool, settings, webhook.dataset, events)).events : [];
  const duplicate = taken.filter(([, before]) => before).length;
  return {
    accepted: taken.length - duplicate,
    duplicate,
    rejected: given.flatMap((event, index) =>
      "refused" in event ? [{ index, message: event.refused, remedy: event.remedy }] : [],
    ),
  };
}

function receive(parts: AuthParts): Handler {
  const note = (request: Request<{ id: string }>, response: Response, refusal: string | null) =>
    parts.gate
      .call(
        z.unknown(),
        "note_incoming",
        [request.params.id, refusal],
        originOf(request as Request, response),
      )
      .catch((error: unknown) =>
        parts.log.warn({ err: explain(error) }, "a webhook's request was not noted"),
      );
  return async (request, response) => {
    let outcome: Outcome;
    try {
      outcome = await take(parts, request, response);
    } catch (error) {
      await note(request, response, publicError(error)?.message ?? "it failed within");
      throw error;
    }
    const refused = outcome.rejected[0];
    await note(request, response, refused ? `event ${refused.index}: ${refused.message}` : null);
    const nothing = outcome.accepted + outcome.duplicate === 0 && refused !== undefined;
    response
      .status(nothing ? 422 : 202)
      .set("Cache-Control", "no-store")
      .json(outcome);
  };
}

export function receiveHandlers(parts: AuthParts): Handler[] {
  return [admit(parts), express.raw({ type: () => true, limit: MAX_BODY_BYTES }), receive(parts)];
}
