/** What every request to /auth must be: of our own pages or of no page, and JSON. */
import type { Request, RequestHandler } from "express";
import { AppError } from "../../lib/errors.ts";

/**
 * Cookies are sent along by browsers whoever made the page, so a foreign page's Origin is refused. Programs send none.
 * `publicUrl` null: no fixed address; then an Origin must name the host that was asked.
 */
function isForeign(request: Request, publicUrl: string | null): boolean {
  const { origin } = request.headers;
  if (origin === undefined) return request.headers["sec-fetch-site"] === "cross-site";
  const own = publicUrl ? new URL(publicUrl).origin : `http://${request.headers.host}`;
  return origin !== own;
}

export function ownPagesOnly(publicUrl: string | null): RequestHandler {
  return (request, _response, next) => {
    if (request.method !== "GET" && request.method !== "HEAD" && isForeign(request, publicUrl)) {
      throw new AppError("FORBIDDEN", "this request comes from another site", {
        hint: "Sign in from the installation's own address, or set PUBLIC_URL to it.",
      });
    }
    next();
  };
}

/** Bodies are JSON: the types that a foreign page's form can send are not taken. No body at all is taken for {}. */
export const jsonOnly: RequestHandler = (request, _response, next) => {
  const hasBody =
    request.headers["transfer-encoding"] !== undefined || Number(request.headers["content-length"] ?? 0) > 0;
  if (hasBody && !request.is("application/json")) {
    throw new AppError("UNSUPPORTED_MEDIA", "the body's Content-Type is not application/json", {
      hint: "Send a JSON object with Content-Type: application/json.",
    });
  }
  next();
};
