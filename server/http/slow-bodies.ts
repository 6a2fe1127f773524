/**
 * A body that is read into memory must come in time: one that trickles holds a connection, and what came of it, for as
 * long as its sender likes. Uploads are left out: they go to the store as they come, and may take hours.
 */
import type { IncomingMessage } from "node:http";
import type { RequestHandler, Response } from "express";

/** The longest that a body which is no file's may take. */
export const BODY_MS = 120_000;
/** How often it is looked, in parts of the longest time. */
const LOOKS = 20;
const FILES = /^\/orgs\/[^/]+\/(?:datasets\/[^/]+\/files|uploads)(?:\/|$)/;

function refuse(request: IncomingMessage, response: Response, ms: number): void {
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
}

export function refuseSlowBodies(ms: number): RequestHandler {
  // In the order in which their time is over; one clock for all, since each timer would cost every request a little.
  const coming = new Map<IncomingMessage, { response: Response; until: number }>();
  let clock: NodeJS.Timeout | null = null;
  const look = (): void => {
    const now = performance.now();
    for (const [request, { response, until }] of coming) {
      if (until > now) break;
      coming.delete(request);
      refuse(request, response, ms);
    }
    if (coming.size > 0 || clock === null) return;
    clearInterval(clock);
    clock = null;
  };
  return (request, response, next) => {
    if (request.method !== "GET" && request.method !== "HEAD" && !FILES.test(request.path)) {
      coming.set(request, { response, until: performance.now() + ms });
      clock ??= setInterval(look, ms / LOOKS).unref();
      request.once("close", () => coming.delete(request));
    }
    next();
  };
}
