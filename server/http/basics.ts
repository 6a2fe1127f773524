/** What every request gets: an id, safe headers, and errors as {error: {code, message, hint, field}}. */
import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
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
  // Nothing that the APIs answer is a page; the back office's pages have a policy of their own (admin.ts).
  response.setHeader("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
  next();
};

export const notFound: RequestHandler = (request) => {
  throw new AppError("NOT_FOUND", `there is nothing at ${request.method} ${request.path.slice(0, 200)}`, {
    hint: "docs/reference lists the addresses.",
  });
};

/** What is read of a refused body, so that its sender gets to the answer; beyond that the connection is cut. */
const MAX_DRAIN_BYTES = 256 * 1024 * 1024;
const MAX_DRAIN_MS = 30_000;

function drain(request: IncomingMessage): void {
  let bytes = 0;
  const timer = setTimeout(() => request.destroy(), MAX_DRAIN_MS);
  request.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > MAX_DRAIN_BYTES) request.destroy();
  });
  request.once("close", () => clearTimeout(timer));
  request.resume();
}

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
    if (!request.complete) drain(request);
    response.status(status).setHeader("Cache-Control", "no-store").json({ error: told });
  };
}
