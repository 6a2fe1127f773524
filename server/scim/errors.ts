/** Errors as RFC 7644 has them: {schemas, status, scimType, detail}. */
import type { ErrorRequestHandler } from "express";
import { explain, isPgError } from "../../lib/errors.ts";
import type { Logger } from "../../lib/log.ts";
import { internalError, publicError, statusOf } from "../errors.ts";

export const SCIM_TYPE = "application/scim+json";
const ERROR = "urn:ietf:params:scim:api:messages:2.0:Error";

class ScimError extends Error {
  readonly status: number;
  readonly scimType: string | null;
  constructor(status: number, detail: string, scimType: string | null) {
    super(detail);
    this.name = "ScimError";
    this.status = status;
    this.scimType = scimType;
  }
}

export function scimError(status: number, detail: string, scimType: string | null = null): Error {
  return new ScimError(status, detail, scimType);
}

const FROM_DATABASE: Record<string, { status: number; scimType: string | null }> = {
  AC005: { status: 403, scimType: null },
  AC092: { status: 401, scimType: null },
  AC093: { status: 409, scimType: "uniqueness" },
  AC094: { status: 400, scimType: "invalidValue" },
  AC095: { status: 403, scimType: null },
};

function told(
  error: unknown,
  requestId: string,
): { status: number; scimType: string | null; detail: string } {
  if (error instanceof ScimError) {
    return { status: error.status, scimType: error.scimType, detail: error.message };
  }
  if (isPgError(error)) {
    const known = FROM_DATABASE[error.code];
    if (known) return { ...known, detail: error.message };
  }
  // Express and its body parser have their own.
  const known = publicError(error) ?? internalError(requestId);
  const status = statusOf(known.code);
  const unreadable = error instanceof Error && "type" in error && error.type === "entity.parse.failed";
  return {
    status,
    scimType: unreadable ? "invalidSyntax" : status === 400 ? "invalidValue" : null,
    detail: known.message,
  };
}

export function tellScimErrors(log: Logger): ErrorRequestHandler {
  return (error: unknown, request, response, _next) => {
    const requestId = String(response.locals.requestId ?? "");
    const { status, scimType, detail } = told(error, requestId);
    if (status >= 500) {
      log.error({ request_id: requestId, path: request.path, err: explain(error) }, "a SCIM request failed");
    }
    if (status === 401) response.setHeader("WWW-Authenticate", "Bearer");
    response
      .status(status)
      .set("Cache-Control", "no-store")
      .type(SCIM_TYPE)
      .send(
        JSON.stringify({
          schemas: [ERROR],
          status: String(status),
          ...(scimType ? { scimType } : {}),
          detail,
        }),
      );
  };
}
