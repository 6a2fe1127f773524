/**
 * A body that is read into memory must come in time: one that trickles holds a connection, and what came of it, for as
 * long as its sender likes. Uploads are left out: they go to the store as they come, and may take hours.
 */
import type { RequestHandler } from "express";

/** The longest that a body which is no file's may take. */
export const BODY_MS = 120_000;
const FILES = /^\/orgs\/[^/]+\/(?:datasets\/[^/]+\/files|uploads)(?:\/|$)/;

export function refuseSlowBodies(ms: number): RequestHandler {
  return (request, response, next) => {
    if (request.method === "GET" || request.method === "HEAD" || FILES.test(request.path)) return next();
    const timer = setTimeout(() => {
      if (request.complete || response.headersSent) return;
      response
        .status(408)
        .set({ "Cache-Control": "no-store", Connection: "close" })
        .json({
          error: {
            code: "TOO_SLOW",
            message: `the body was not here after ${ms / 1000} seconds`,
            hint: "Send less at once, or over a faster connection; large files are uploaded.",
            field: null,
          },
        });
      response.once("finish", () => request.destroy());
    }, ms);
    request.once("end", () => clearTimeout(timer));
    request.once("close", () => clearTimeout(timer));
    next();
  };
}
