/** What a GraphQL request must be before anybody reads its body. */
import type { RequestHandler } from "express";
import { AppError } from "../../lib/errors.ts";

/** Larger than the longest query, for its variables. */
export const MAX_REQUEST_BYTES = 200_000;

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
  next();
};
