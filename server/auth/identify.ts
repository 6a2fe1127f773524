/** Who is asking: the bearer token of an HTTP request or of a websocket's first message, verified. */
import type { NextFunction, Request, RequestHandler, Response } from "express";
import { AppError } from "../../lib/errors.ts";
import type { Bearers } from "./bearers.ts";
import type { Identity } from "./tokens.ts";

const BEARER = /^Bearer ([A-Za-z0-9._~+/=-]+)$/i;

/** The token of an Authorization value; null when there is none. Errors: AppError UNAUTHENTICATED. */
export function bearerOf(header: unknown): string | null {
  if (header === undefined || header === null || header === "") return null;
  const token = typeof header === "string" ? BEARER.exec(header)?.[1] : undefined;
  if (token) return token;
  throw new AppError("UNAUTHENTICATED", "the Authorization header is not a bearer token", {
    hint: "Send `Authorization: Bearer <accessToken>`.",
  });
}

/** Puts the identity into `response.locals.identity` (null: nobody); a bad token is refused here, with 401. */
export function identify(bearers: Bearers): RequestHandler {
  return (request: Request, response: Response, next: NextFunction) => {
    const token = bearerOf(request.headers.authorization);
    if (token === null) {
      response.locals.identity = null;
      next();
      return;
    }
    const known = bearers.known(token);
    if (known) {
      response.locals.identity = known;
      next();
      return;
    }
    bearers.verify(token, request.ip).then((identity) => {
      response.locals.identity = identity;
      next();
    }, next);
  };
}

export function identityOf(response: { locals: Record<string, unknown> }): Identity | null {
  return (response.locals.identity as Identity | null | undefined) ?? null;
}
