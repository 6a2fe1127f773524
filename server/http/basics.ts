/** What every request gets: an id, safe headers, and errors as {error: {code, message, hint, field}}. */
import { randomUUID } from "node:crypto";
import type { ErrorRequestHandler, RequestHandler } from "express";
import { AppError, explain } from "../../lib/errors.ts";
import type { Logger } from "../../lib/log.ts";
import { internalError, publicError, statusOf } from "../errors.ts";

const REQUEST_ID = /^[A-Za-z0-9_-]{8,64}$/;

/** The caller's X-Request-Id when it is harmless, else one of our own; audit events and logs carry it. */
export function requestIdOf(header: unknown): string {
  return typeof header === "string" && REQUEST_ID.test(header) ? header : randomUUID();
}

export const basics: RequestHandler = (request, response, next) => {
  const requestId = requestIdOf(request.headers["x-request-id"]);
  response.locals.requestId = requestId;
  response.setHeader("X-Request-Id", requestId);
  response.setHeader("X-Content-Type-Options", "nosniff");
  response.setHeader("Referrer-Policy", "no-referrer");
  next();
};

export const notFound: RequestHandler = (request) => {
  throw new AppError("NOT_FOUND", `there is nothing at ${request.method} ${request.path.slice(0, 200)}`, {
    hint: "docs/reference lists the addresses.",
  });
};

export function tellErrors(log: Logger): ErrorRequestHandler {
  return (error: unknown, request, response, _next) => {
    const requestId = String(response.locals.requestId ?? "");
    const told = publicError(error) ?? internalError(requestId);
    if (told.code === "INTERNAL") {
      log.error({ request_id: requestId, path: request.path, err: explain(error) }, "a request failed");
    }
    if (response.headersSent) {
      // Half an answer went out: cut it off, so that it cannot be taken for a whole one.
      response.destroy();
      return;
    }
    const status = statusOf(told.code);
    if (status === 401) response.setHeader("WWW-Authenticate", "Bearer");
    // The rest of a body that nobody reads must not hold the connection.
    if (!request.readableEnded) response.setHeader("Connection", "close");
    response.status(status).setHeader("Cache-Control", "no-store").json({ error: told });
  };
}
