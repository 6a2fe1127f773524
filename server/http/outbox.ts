/** GET /ops/outbox: the mails that were not sent for want of a mail server, for platform operators. */
import { type RequestHandler, type Response, Router } from "express";
import type pg from "pg";
import { z } from "zod";
import { AppError } from "../../lib/errors.ts";
import { listOutbox, readOutbox } from "../../lib/mail.ts";
import { identityOf } from "../auth/identify.ts";
import { inRequest, settingsFor } from "../database.ts";
import { parseInput } from "./input.ts";

const MAX_LISTED = 200;
const query = z.strictObject({ limit: z.coerce.number().int().min(1).max(MAX_LISTED).default(50) });

export function outboxRoutes(options: { pool: pg.Pool; claimKey: Buffer; home: string }): Router {
  const { pool, claimKey, home } = options;
  const router = Router();

  // PostgreSQL says who is an operator, as everywhere.
  const requireOperator = async (response: Response): Promise<void> => {
    const settings = settingsFor(
      identityOf(response),
      String(response.locals.requestId),
      claimKey,
      response.req.ip,
    );
    const { rows } = await inRequest(pool, settings, (client) =>
      client.query<{ may: boolean }>("select private.has_permission('platform.view') as may"),
    );
    if (!rows[0]?.may) {
      throw new AppError("FORBIDDEN", "only platform operators read the outbox", {
        hint: "Sign in as an operator, without an organization.",
      });
    }
  };

  const list: RequestHandler = async (request, response) => {
    const { limit } = parseInput(query, request.query, "limit is a number from 1 to 200.");
    await requireOperator(response);
    response.set("Cache-Control", "no-store").json({ mails: await listOutbox(home, limit) });
  };
  const show: RequestHandler<{ id: string }> = async (request, response) => {
    await requireOperator(response);
    const mail = await readOutbox(home, request.params.id);
    if (mail === null) {
      throw new AppError("NOT_FOUND", "there is no such mail", { hint: "GET /ops/outbox lists them." });
    }
    // As text, so that no browser shows it as a page.
    response.set({ "Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store" }).send(mail);
  };
  router.get("/ops/outbox", list);
  router.get("/ops/outbox/:id", show);
  return router;
}
