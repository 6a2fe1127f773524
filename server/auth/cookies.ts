/** The cookies of a sign-in, and the answer that goes with them. */
import { parseCookie, stringifySetCookie } from "cookie";
import type { Request, Response } from "express";
import { MAX_SECRET_LENGTH } from "./opaque.ts";
import { identityFor, type Opened, type Outcome } from "./sessions.ts";
import { ACCESS_TOKEN_SECONDS, type Tokens } from "./tokens.ts";

export const REFRESH_COOKIE = "cadastre_refresh";

export interface Answers {
  /** Sets the refresh cookie of a session. */
  keep(response: Response, opened: Opened): void;
  forget(response: Response): void;
  /** Sets a cookie that scripts cannot read and that other sites' pages do not send. */
  set(response: Response, name: string, value: string, maxAgeSeconds: number): void;
  /** The refresh cookie, and {accessToken, expiresIn, user, org, role, permissions, ...} as JSON. */
  session(response: Response, opened: Opened): Promise<void>;
  /** Whatever a sign-in came to; a refused one is the caller's to answer. */
  outcome(response: Response, outcome: Exclude<Outcome, { kind: "refused" }>): Promise<void>;
}

export function cookieOf(request: Request, name: string): string | null {
  const value = parseCookie(request.headers.cookie ?? "")[name];
  return value && value.length <= MAX_SECRET_LENGTH * 2 ? value : null;
}

export function createAnswers(tokens: Tokens, secure: boolean): Answers {
  const answers: Answers = {
    set(response, name, value, maxAge) {
      const cookie = stringifySetCookie({
        name,
        value,
        httpOnly: true,
        sameSite: "strict",
        path: "/auth",
        secure,
        maxAge,
      });
      response.append("Set-Cookie", cookie);
    },
    keep(response, { session, refreshToken }) {
      const seconds = Math.ceil((session.expiresAt.getTime() - Date.now()) / 1000);
      answers.set(response, REFRESH_COOKIE, refreshToken, Math.max(seconds, 0));
    },
    forget(response) {
      answers.set(response, REFRESH_COOKIE, "", 0);
    },
    async session(response, opened) {
      const { session } = opened;
      const accessToken = await tokens.sign(identityFor(session, 0));
      answers.keep(response, opened);
      const { user, org, role, permissions, pending, viewAs } = session;
      response.set("Cache-Control", "no-store").json({
        accessToken,
        expiresIn: ACCESS_TOKEN_SECONDS,
        user,
        org,
        role,
        permissions,
        pending,
        viewAs,
      });
    },
    async outcome(response, outcome) {
      response.set("Cache-Control", "no-store");
      if (outcome.kind === "session") {
        await answers.session(response, outcome);
      } else if (outcome.kind === "factor") {
        response.json({ challenge: outcome.challenge, factors: outcome.factors });
      } else {
        response.status(409).json({
          error: {
            code: "CHOOSE_ORGANIZATION",
            message: "you belong to several organizations",
            hint: "Send the slug of one of them as `org`: with the password again, or to POST /auth/choose with the challenge.",
            field: "org",
          },
          organizations: outcome.organizations,
          challenge: outcome.challenge,
        });
      }
    },
  };
  return answers;
}
