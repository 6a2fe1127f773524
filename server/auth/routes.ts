/** POST /auth/login, /auth/refresh, /auth/logout, /auth/switch and the public keys. */
import { parseCookie, stringifySetCookie } from "cookie";
import express, { type Request, type Response, Router } from "express";
import { z } from "zod";
import { AppError } from "../../lib/errors.ts";
import type { Logger } from "../../lib/log.ts";
import { parseInput } from "../http/input.ts";
import { createAttempts } from "./attempts.ts";
import type { JwtKeys } from "./keys.ts";
import { createPasswords, MAX_PASSWORD_LENGTH } from "./passwords.ts";
import { MAX_REFRESH_TOKEN_LENGTH, type Opened, type Sessions } from "./sessions.ts";
import { ACCESS_TOKEN_SECONDS, type Tokens } from "./tokens.ts";

const COOKIE = "cadastre_refresh";
const COOKIE_SECONDS = 14 * 24 * 3600;
const MAX_BODY = "10kb";

const slug = z.string().min(1).max(40);
const loginBody = z.object({
  email: z.string().min(3).max(254),
  password: z.string().min(1).max(MAX_PASSWORD_LENGTH),
  org: slug.nullish(),
});
const switchBody = z.object({ org: slug });

export interface AuthOptions {
  sessions: Sessions;
  tokens: Tokens;
  keys: JwtKeys;
  /** Null: no fixed address; then an Origin must name the host that was asked. */
  publicUrl: string | null;
  log: Logger;
}

const JSON_HINT = "Send a JSON object with Content-Type: application/json.";

/** The cookie is sent along by browsers whoever made the page, so a foreign page's Origin is refused. */
function requireOwnOrigin(request: Request, publicUrl: string | null): void {
  const origin = request.headers.origin;
  if (origin === undefined) return;
  const own = publicUrl ? new URL(publicUrl).origin : `http://${request.headers.host}`;
  if (origin !== own) {
    throw new AppError("FORBIDDEN", "this request comes from another site", {
      hint: "Sign in from the installation's own address, or set PUBLIC_URL to it.",
    });
  }
}

function refreshTokenOf(request: Request): string | null {
  const token = parseCookie(request.headers.cookie ?? "")[COOKIE];
  return token && token.length <= MAX_REFRESH_TOKEN_LENGTH ? token : null;
}

const wrong = () =>
  new AppError("UNAUTHENTICATED", "the e-mail address, the password or the organization is wrong", {
    hint: "Check all three; an owner of the organization can tell whether you belong to it.",
  });
const ended = () =>
  new AppError("UNAUTHENTICATED", "the session has ended", { hint: "Sign in again at POST /auth/login." });

export async function authRoutes(options: AuthOptions): Promise<Router> {
  const { sessions, tokens, publicUrl, log } = options;
  const passwords = await createPasswords();
  const attempts = createAttempts();
  const secure = publicUrl?.startsWith("https:") ?? false;
  const router = Router();
  router.use("/auth", express.json({ limit: MAX_BODY, strict: true }));

  const setCookie = (response: Response, value: string, maxAge: number): void => {
    response.append(
      "Set-Cookie",
      stringifySetCookie({
        name: COOKIE,
        value,
        httpOnly: true,
        sameSite: "strict",
        path: "/auth",
        secure,
        maxAge,
      }),
    );
  };
  const answer = async (response: Response, { session, refreshToken }: Opened): Promise<void> => {
    const accessToken = await tokens.sign({
      kind: session.kind,
      userId: session.user.id,
      orgId: session.org?.id ?? null,
      sessionId: session.sessionId,
    });
    if (refreshToken) setCookie(response, refreshToken, COOKIE_SECONDS);
    const { user, org, role, permissions } = session;
    response
      .set("Cache-Control", "no-store")
      .json({ accessToken, expiresIn: ACCESS_TOKEN_SECONDS, user, org, role, permissions });
  };

  router.post("/auth/login", async (request, response) => {
    requireOwnOrigin(request, publicUrl);
    const { email, password, org } = parseInput(loginBody, request.body, JSON_HINT);
    const address = request.socket.remoteAddress ?? "";
    attempts.check(address, email);
    const account = await sessions.account(email);
    const right = await passwords.matches(account?.passwordHash ?? null, password);
    const opened = right && account ? await sessions.open(account.userId, org ?? null) : null;
    if (opened === null) {
      attempts.failed(address, email);
      log.info({ request_id: response.locals.requestId }, "a sign-in was refused");
      throw wrong();
    }
    attempts.succeeded(address, email);
    if ("choose" in opened) {
      response.status(409).json({
        error: {
          code: "CHOOSE_ORGANIZATION",
          message: "you belong to several organizations",
          hint: "Send the slug of one of them as `org`.",
          field: "org",
        },
        organizations: opened.choose,
      });
      return;
    }
    await answer(response, opened);
  });

  const rotate = async (request: Request, response: Response, org: string | null): Promise<void> => {
    requireOwnOrigin(request, publicUrl);
    const token = refreshTokenOf(request);
    const rotated = token ? await sessions.rotate(token, org) : null;
    if (rotated === null) {
      setCookie(response, "", 0);
      throw ended();
    }
    if ("refused" in rotated) {
      throw new AppError("FORBIDDEN", "there is no such organization, or you do not belong to it", {
        hint: "Choose one of the organizations in myOrganizations.",
        field: "org",
      });
    }
    await answer(response, rotated);
  };

  router.post("/auth/refresh", (request, response) => rotate(request, response, null));
  router.post("/auth/switch", (request, response) =>
    rotate(request, response, parseInput(switchBody, request.body, JSON_HINT).org),
  );
  router.post("/auth/logout", async (request, response) => {
    requireOwnOrigin(request, publicUrl);
    const token = refreshTokenOf(request);
    if (token) await sessions.end(token);
    setCookie(response, "", 0);
    response.status(204).end();
  });
  router.get("/.well-known/jwks.json", (_request, response) => {
    response.set("Cache-Control", "public, max-age=300").json({ keys: options.keys.publicJwks });
  });
  return router;
}
