/** One's own sessions over HTTP: the same functions that GraphQL has, for pages and programs without it. */
import { type Request, type Response, Router } from "express";
import { z } from "zod";
import { inRequest, settingsFor } from "../database.ts";
import { parseInput } from "../http/input.ts";
import { sessionOf } from "./account-routes.ts";
import type { AuthParts } from "./context.ts";
import { originOf } from "./gate.ts";
import { JSON_HINT } from "./routes.ts";

const endBody = z.object({ id: z.uuid() });
const allBody = z.object({ keepThis: z.boolean().default(false) });

const MINE = `
  select id, org_slug as org, method, current, created_at as "createdAt", last_seen_at as "lastSeenAt",
         factor_kind as factor, ip, user_agent as "userAgent", expires_at as "expiresAt"
    from access.my_sessions()`;

export function sessionRoutes(parts: AuthParts): Router {
  const { pool, claimKey, answers } = parts;
  const router = Router();

  const ask = async (request: Request, response: Response, text: string, values: unknown[] = []) => {
    const { requestId, ip } = originOf(request, response);
    const settings = settingsFor(sessionOf(response), requestId, claimKey, ip);
    const { rows } = await inRequest(pool, settings, (client) =>
      client.query<Record<string, unknown>>(text, values),
    );
    return rows;
  };

  router.get("/auth/sessions", async (request, response) => {
    response.set("Cache-Control", "no-store").json({ sessions: await ask(request, response, MINE) });
  });
  router.post("/auth/sessions/end", async (request, response) => {
    const { id } = parseInput(endBody, request.body, JSON_HINT);
    const [row] = await ask(request, response, "select access.end_session($1) as ended", [id]);
    response.set("Cache-Control", "no-store").json({ ended: row?.ended });
  });
  router.post("/auth/sessions/end-all", async (request, response) => {
    const { keepThis } = parseInput(allBody, request.body ?? {}, JSON_HINT);
    const [row] = await ask(request, response, "select access.end_my_sessions($1) as ended", [keepThis]);
    if (!keepThis) answers.forget(response);
    response.set("Cache-Control", "no-store").json({ ended: row?.ended });
  });
  return router;
}
