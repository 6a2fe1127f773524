/**
 * What of webhooks needs the server: their secrets are made here, handed out once, and kept sealed with a key that
 * PostgreSQL does not have. Who may, the database decides; the rest of webhooks is in GraphQL.
 */
import { randomUUID } from "node:crypto";
import express, { type Request, type Response, Router } from "express";
import { z } from "zod";
import { AppError } from "../../lib/errors.ts";
import { newWebhookSecret, webhookPurpose } from "../../lib/webhook-signature.ts";
import type { AuthParts } from "../auth/context.ts";
import type { Organizations } from "../organizations.ts";
import { gatewayQuestion } from "./gateway-question.ts";
import { parseInput } from "./input.ts";

const MAX_BODY = "32kb";
const HINT = "docs/reference/webhooks.md lists the fields.";
const DAY_HOURS = 24;
const LOCAL = new Set(["127.0.0.1", "localhost", "[::1]"]);

const address = z
  .url()
  .max(2000)
  .refine((text) => {
    const url = new URL(text);
    return url.protocol === "https:" || (process.env.WEBHOOK_ALLOW_HTTP === "1" && LOCAL.has(url.hostname));
  }, "must be https");
const webhookBody = z.strictObject({
  url: address,
  title: z.string().max(200).default(""),
  eventKinds: z.array(z.string().max(80)).min(1).max(50),
  datasetIds: z.array(z.uuid()).max(200).default([]),
});
const rotateBody = z.strictObject({
  overlapHours: z
    .number()
    .min(0)
    .max(7 * DAY_HOURS)
    .default(DAY_HOURS),
});

export function webhookRoutes(parts: AuthParts, organizations: Organizations): Router {
  const { secrets } = parts;
  const router = Router();
  const json = express.json({ limit: MAX_BODY, strict: true });

  const ask = gatewayQuestion(parts, organizations);
  /** Makes or changes one; the secret where it was taken. */
  const put = async (request: Request<{ slug: string }>, response: Response, id: string) => {
    const body = parseInput(webhookBody, request.body, HINT);
    const secret = newWebhookSecret();
    const { taken } = await ask<{ taken: boolean }>(
      request,
      response,
      "select private.put_webhook($1, $2, $3, $4, $5, $6) as taken",
      [id, body.url, body.title, body.eventKinds, body.datasetIds, secrets.seal(webhookPurpose(id), secret)],
    );
    return { id, ...(taken ? { secret } : {}) };
  };
  const idOf = (text: string): string => {
    const parsed = z.uuid().safeParse(text);
    if (parsed.success) return parsed.data;
    throw new AppError("OP004", "there is no such webhook", { hint: "Check its id." });
  };

  router.post("/orgs/:slug/webhooks", json, async (request: Request<{ slug: string }>, response) => {
    const made = await put(request, response, randomUUID());
    response.status(201).set("Cache-Control", "no-store").json(made);
  });
  router.put(
    "/orgs/:slug/webhooks/:id",
    json,
    async (request: Request<{ slug: string; id: string }>, response) => {
      response.set("Cache-Control", "no-store").json(await put(request, response, idOf(request.params.id)));
    },
  );
  router.post(
    "/orgs/:slug/webhooks/:id/secret",
    json,
    async (request: Request<{ slug: string; id: string }>, response) => {
      const body = parseInput(rotateBody, request.body ?? {}, HINT);
      const id = idOf(request.params.id);
      const secret = newWebhookSecret();
      const { until } = await ask<{ until: Date }>(
        request,
        response,
        "select private.rotate_webhook_secret($1, $2, make_interval(secs => $3)) as until",
        [id, secrets.seal(webhookPurpose(id), secret), body.overlapHours * 3600],
      );
      response.set("Cache-Control", "no-store").json({ id, secret, previousUntil: until });
    },
  );
  return router;
}
