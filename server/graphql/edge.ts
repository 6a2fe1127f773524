/** What a GraphQL request must be before anybody reads its body. */
import type { IncomingHttpHeaders } from "node:http";
import type { RequestHandler } from "express";
import { z } from "zod";
import { AppError } from "../../lib/errors.ts";

/** Larger than the longest query, for its variables. */
export const MAX_REQUEST_BYTES = 200_000;

const MAX_REASON = 1000;
const moment = z.iso.datetime({ offset: true });

export interface History {
  /** Why, for the versions that the request makes. */
  reason?: string;
  /** Whether the change goes against rules that refuse it, for that reason. */
  againstRules?: boolean;
  /** The moment of every dataset's past that is asked for without one. */
  asOf?: string;
}

/** Headers take ASCII alone, so a reason is percent-encoded UTF-8; one that is not is taken as it stands. */
function decodeReason(given: string): string {
  try {
    return decodeURIComponent(given);
  } catch {
    return given;
  }
}

/** X-Change-Reason, X-Against-Rules and X-As-Of. Errors: AppError BAD_INPUT. */
export function readHistory(headers: IncomingHttpHeaders): History {
  const history: History = {};
  const reason = headers["x-change-reason"];
  if (typeof reason === "string" && reason.trim() !== "") {
    history.reason = decodeReason(reason).trim();
    if (history.reason.length > MAX_REASON) {
      throw new AppError("BAD_INPUT", `a reason has at most ${MAX_REASON} characters`, {
        hint: "Say it in fewer words.",
        field: "X-Change-Reason",
      });
    }
  }
  if (headers["x-against-rules"] === "true") history.againstRules = true;
  const asOf = headers["x-as-of"];
  if (asOf !== undefined) {
    const read = moment.safeParse(asOf);
    if (!read.success) {
      throw new AppError("BAD_INPUT", "X-As-Of is not a moment", {
        hint: "Give date, time and zone, for example 2026-03-03T09:00:00Z.",
        field: "X-As-Of",
      });
    }
    history.asOf = read.data;
  }
  return history;
}

export const graphqlRequest: RequestHandler = (request, response, next) => {
  if (request.method !== "POST") {
    response.setHeader("Allow", "POST");
    throw new AppError("METHOD_NOT_ALLOWED", "GraphQL is asked by POST here", {
      hint: 'POST {"query": "..."} as application/json.',
    });
  }
  // Types that forms of a foreign page can send are not among those taken.
  if (!request.is("application/json")) {
    throw new AppError("UNSUPPORTED_MEDIA", "the body's Content-Type is not application/json", {
      hint: 'Send {"query": "..."} as application/json.',
    });
  }
  if (Number(request.headers["content-length"] ?? 0) > MAX_REQUEST_BYTES) {
    throw new AppError("TOO_LARGE", `a request has at most ${MAX_REQUEST_BYTES} bytes`, {
      hint: "Send less.",
    });
  }
  response.locals.history = readHistory(request.headers);
  next();
};
