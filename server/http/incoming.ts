/**
 * POST /hooks/:id: other systems' webhooks, proven by the sender's signature, into a dataset's stream.
 * POST, PUT /orgs/:slug/incoming-webhooks[/:id[/secret]]: what of them needs the server, since secrets are sealed with a
 * key that PostgreSQL does not have. All else of them is in GraphQL; who may, the database decides.
 */
import { randomBytes, randomUUID } from "node:crypto";
import express, { type Request, type RequestHandler, type Response, Router } from "express";
import { z } from "zod";
import { AppError } from "../../lib/errors.ts";
import { incomingPurpose, SCHEMES } from "../../lib/incoming.ts";
import { newWebhookSecret } from "../../lib/webhook-signature.ts";
import type { AuthParts } from "../auth/context.ts";
import type { Organizations } from "../organizations.ts";
import { gatewayQuestion } from "./gateway-question.ts";
import { receiveHandlers } from "./incoming-receive.ts";
import { parseInput } from "./input.ts";

const MAX_BODY = "64kb";
const HINT = "docs/reference/incoming-webhooks.md lists the fields.";
const DAY_HOURS = 24;
const SECRET_BYTES = 32;

const secret = z.string().min(16).max(500);
const webhookBody = z.strictObject({
  title: z.string().max(200).default(""),
  dataset: z.string().min(1).max(63),
  scheme: z.enum(SCHEMES),
  recordPath: z.string().max(500).default(""),
  mapping: z.record(z.string().max(63), z.string().max(500)).nullable().default(null),
  keyPath: z.string().min(1).max(500).nullable().default(null),
  /** The sender's; absent: one is made. */
  secret: secret.optional(),
});
const rotateBody = z.strictObject({
  secret: secret.optional(),
  overlapHours: z
    .number()
    .min(0)
    .max(7 * DAY_HOURS)
    .default(DAY_HOURS),
});

type Slug = { slug: string };
type One = Slug & { id: string };

function idOf(text: string): string {
  const parsed = z.uuid().safeParse(text);
  if (parsed.success) return parsed.data;
  throw new AppError("IN103", "there is no such incoming webhook", { hint: "Check its id." });
}

function newSecret(scheme: (typeof SCHEMES)[number]): string {
  return scheme === "standard" ? newWebhookSecret() : randomBytes(SECRET_BYTES).toString("base64url");
}

export function incomingRoutes(parts: AuthParts, organizations: Organizations): Router {
  const { secrets } = parts;
  const router = Router();
  const json = express.json({ limit: MAX_BODY, strict: true });

  const ask = gatewayQuestion(parts, organizations);
  /** Makes one, with a secret in any case; or changes one, whose secret stays unless another is given. */
  const put = async (request: Request<Slug>, response: Response, id: string, fresh: boolean) => {
    const body = parseInput(webhookBody, request.body, HINT);
    const given = body.secret ?? (fresh ? newSecret(body.scheme) : null);
    await ask(request, response, "select private.put_incoming_webhook($1, $2, $3, $4, $5, $6, $7, $8, $9)", [
      id,
      fresh,
      body.title,
      body.dataset,
      body.scheme,
      body.recordPath,
      body.mapping === null ? null : JSON.stringify(body.mapping),
      body.keyPath,
      given === null ? null : secrets.seal(incomingPurpose(id), given),
    ]);
    const path = `/hooks/${id}`;
    return {
      id,
      path,
      url: parts.address() + path,
      ...(given !== null && !body.secret ? { secret: given } : {}),
    };
  };

  const create: RequestHandler<Slug> = async (request, response) => {
    const made = await put(request, response, randomUUID(), true);
    response.status(201).set("Cache-Control", "no-store").json(made);
  };
  const change: RequestHandler<One> = async (request, response) => {
    const id = idOf(request.params.id);
    response.set("Cache-Control", "no-store").json(await put(request, response, id, false));
  };
  const rotate: RequestHandler<One> = async (request, response) => {
    const body = parseInput(rotateBody, request.body ?? {}, HINT);
    const id = idOf(request.params.id);
    const given = body.secret ?? newWebhookSecret();
    const { until } = await ask<{ until: Date }>(
      request,
      response,
      "select private.rotate_incoming_secret($1, $2, make_interval(secs => $3)) as until",
      [id, secrets.seal(incomingPurpose(id), given), body.overlapHours * 3600],
    );
    response
      .set("Cache-Control", "no-store")
      .json({ id, ...(body.secret ? {} : { secret: given }), previousUntil: until });
  };
  router.post("/orgs/:slug/incoming-webhooks", json, create);
  router.put("/orgs/:slug/incoming-webhooks/:id", json, change);
  router.post("/orgs/:slug/incoming-webhooks/:id/secret", json, rotate);
  router.post("/hooks/:id", ...receiveHandlers(parts));
  return router;
}
