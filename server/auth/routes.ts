/** POST /auth/login, /auth/choose, /auth/refresh, /auth/logout, /auth/switch and the public keys. */
import type { Request, Response } from "express";
import { Router } from "express";
import { z } from "zod";
import { AppError } from "../../lib/errors.ts";
import { parseInput } from "../http/input.ts";
import type { AuthParts } from "./context.ts";
import { cookieOf, REFRESH_COOKIE } from "./cookies.ts";
import { originOf } from "./gate.ts";
import { MAX_PASSWORD_LENGTH } from "./passwords.ts";

export const JSON_HINT = "Send a JSON object with Content-Type: application/json.";

const slug = z.string().min(1).max(40);
const loginBody = z.object({
  email: z.string().min(3).max(254),
  password: z.string().min(1).max(MAX_PASSWORD_LENGTH),
  org: slug.nullish(),
});
const switchBody = z.object({ org: slug });

const wrong = () =>
  new AppError("UNAUTHENTICATED", "the e-mail address, the password or the organization is wrong", {
    hint: "Check all three; an owner of the organization can tell whether you belong to it.",
  });
const ended = () =>
  new AppError("UNAUTHENTICATED", "the session has ended", { hint: "Sign in again at POST /auth/login." });

export function signInRoutes(parts: AuthParts): Router {
  const { sessions, answers, accounts, limits, keys, log } = parts;
  const router = Router();

  router.post("/auth/login", async (request, response) => {
    const { email, password, org } = parseInput(loginBody, request.body, JSON_HINT);
    const origin = originOf(request, response);
    const attempt = await limits.signIn(request, email, org ?? null);
    const userId = await accounts.checkPassword(email, password, origin);
    const outcome = userId
      ? await sessions.signIn({ userId, org: org ?? null, method: "password" }, origin)
      : ({ kind: "refused" } as const);
    if (outcome.kind === "refused") {
      await accounts.recordRefusal(userId, email, origin);
      log.info({ request_id: origin.requestId }, "a sign-in was refused");
      throw wrong();
    }
    await attempt.succeeded(response);
    await answers.outcome(response, outcome);
  });

  const rotate = async (request: Request, response: Response, org: string | null): Promise<void> => {
    const token = cookieOf(request, REFRESH_COOKIE);
    const rotated = token ? await sessions.rotate(token, org, originOf(request, response)) : null;
    if (rotated === null) {
      answers.forget(response);
      throw ended();
    }
    if ("again" in rotated) {
      throw new AppError("CONFLICT", "the session was renewed at this moment by another request", {
        hint: "Ask again: the browser has the new cookie by then.",
      });
    }
    if ("refused" in rotated) {
      throw new AppError("FORBIDDEN", "there is no such organization, or you do not belong to it", {
        hint: "Choose one of the organizations in myOrganizations.",
        field: "org",
      });
    }
    await answers.session(response, rotated);
  };

  router.post("/auth/refresh", (request, response) => rotate(request, response, null));
  router.post("/auth/switch", (request, response) =>
    rotate(request, response, parseInput(switchBody, request.body, JSON_HINT).org),
  );
  router.post("/auth/logout", async (request, response) => {
    const token = cookieOf(request, REFRESH_COOKIE);
    if (token) await sessions.end(token, originOf(request, response));
    answers.forget(response);
    response.status(204).end();
  });
  router.get("/.well-known/jwks.json", (_request, response) => {
    response.set("Cache-Control", "public, max-age=300").json({ keys: keys.publicJwks });
  });
  return router;
}
