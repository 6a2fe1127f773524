/**
 * CORS: pages of the origins that the operator lists (CORS_ORIGINS) may call the APIs with a bearer token. Never with
 * cookies, which belong to the installation's own pages.
 */
import type { RequestHandler } from "express";

const METHODS = "GET, POST, PATCH, PUT, DELETE";
const HEADERS = "authorization, content-type, x-request-id, x-change-reason, x-against-rules, x-as-of";
const MAX_AGE_SECONDS = 600;
/** What lives by cookies. */
const OWN = /^\/auth(\/|$)/;

export function allowOrigins(origins: readonly string[]): RequestHandler {
  const allowed = new Set(origins);
  return (request, response, next) => {
    const { origin } = request.headers;
    if (origin === undefined || allowed.size === 0 || OWN.test(request.path)) {
      next();
      return;
    }
    response.vary("Origin");
    if (!allowed.has(origin)) {
      next();
      return;
    }
    response.setHeader("Access-Control-Allow-Origin", origin);
    response.setHeader("Access-Control-Expose-Headers", "X-Request-Id, Content-Disposition");
    if (request.method === "OPTIONS" && request.headers["access-control-request-method"]) {
      response.setHeader("Access-Control-Allow-Methods", METHODS);
      response.setHeader("Access-Control-Allow-Headers", HEADERS);
      response.setHeader("Access-Control-Max-Age", String(MAX_AGE_SECONDS));
      response.status(204).end();
      return;
    }
    next();
  };
}
