/** Errors as every road of the server tells them: {code, message, hint, field}, and the HTTP status of a code. */
import { AppError, DOMAIN_CODE, isPgError } from "../lib/errors.ts";

export interface PublicError {
  code: string;
  message: string;
  hint: string | null;
  field: string | null;
}

const STATUS: Record<string, number> = {
  BAD_INPUT: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  TOO_SLOW: 408,
  CONFLICT: 409,
  LENGTH_REQUIRED: 411,
  TOO_LARGE: 413,
  UNSUPPORTED_MEDIA: 415,
  TOO_MANY: 429,
  GONE: 410,
  PASSWORD: 400,
  AC060: 403,
  AC061: 401,
  AC063: 401,
  AC066: 404,
  AC068: 404,
  IN030: 413,
  IN031: 503,
  OP004: 404,
  AU004: 404,
  TOO_COSTLY: 400,
  PROVIDER: 502,
  TIMEOUT: 503,
  BUSY: 503,
  STORE_DOWN: 503,
  UNAVAILABLE: 503,
  INTERNAL: 500,
};

/** Our own code for a SQLSTATE, its hint where the database gave none, and whether its message is fit for people. */
const BY_SQLSTATE: Record<string, { code: string; message?: string; hint: string }> = {
  "42501": {
    code: "FORBIDDEN",
    hint: "Ask an owner or administrator of your organization for the permission.",
  },
  "23505": { code: "CONFLICT", hint: "Use other values, or change the row that has them." },
  "23503": { code: "CONFLICT", hint: "Another row refers to this one, or the one referred to is gone." },
  "23514": { code: "BAD_INPUT", hint: "Correct the value; the dataset's contract says what is allowed." },
  "23502": { code: "BAD_INPUT", hint: "Give a value for the field." },
  "22023": { code: "BAD_INPUT", hint: "Correct the argument." },
  "22P02": { code: "BAD_INPUT", hint: "Correct the value so that it fits the field's type." },
  "22P05": { code: "BAD_INPUT", hint: "Take the character out." },
  "22021": { code: "BAD_INPUT", hint: "Send text as UTF-8 without NUL characters." },
  "22003": { code: "BAD_INPUT", hint: "The number is out of the field's range." },
  "22001": { code: "BAD_INPUT", hint: "The text is too long for the field." },
  "22007": { code: "BAD_INPUT", hint: "Write dates as 2026-11-21 and times as 2026-11-21T10:00:00Z." },
  "2201W": { code: "BAD_INPUT", hint: "Give a number of at least 0." },
  "2201X": { code: "BAD_INPUT", hint: "Give a number of at least 0." },
  "22008": { code: "BAD_INPUT", hint: "The date or time is out of range." },
  "40001": { code: "CONFLICT", hint: "Somebody changed the same rows; try again." },
  "40P01": { code: "CONFLICT", hint: "Somebody changed the same rows; try again." },
  "57014": {
    code: "TIMEOUT",
    message: "the query took too long and was stopped",
    hint: "Ask for less: a smaller page, a narrower filter.",
  },
  "53300": { code: "BUSY", message: "the database has no room for more", hint: "Try again in a moment." },
  "57P01": { code: "UNAVAILABLE", message: "the database was restarted", hint: "Try again in a moment." },
  "57P03": { code: "UNAVAILABLE", message: "the database is starting", hint: "Try again in a moment." },
};
function fromDatabase(code: string, message: string, hint?: string, column?: string): PublicError | null {
  if (DOMAIN_CODE.test(code)) return { code, message, hint: hint ?? null, field: column || null };
  const known = BY_SQLSTATE[code];
  if (!known) return null;
  return {
    code: known.code,
    message: known.message ?? message,
    hint: hint ?? known.hint,
    field: column || null,
  };
}

/** What may be told of an error; null when it is a fault of ours, whose words stay in the log. */
export function publicError(error: unknown): PublicError | null {
  if (error instanceof AppError) {
    return { code: error.code, message: error.message, hint: error.hint, field: error.field };
  }
  if (isPgError(error)) return fromDatabase(error.code, error.message, error.hint, error.column);
  if (error instanceof Error && "type" in error && "status" in error) return fromBodyParser(error);
  return null;
}

/** Errors of express.json(). */
function fromBodyParser(error: Error & { type?: unknown }): PublicError | null {
  if (error.type === "entity.too.large") {
    return { code: "TOO_LARGE", message: "the body is too large", hint: "Send less.", field: null };
  }
  if (typeof error.type === "string" && /^(entity|encoding|charset|request|stream)\./.test(error.type)) {
    return {
      code: "BAD_INPUT",
      message: "the body is not JSON",
      hint: "Send a JSON object in UTF-8.",
      field: null,
    };
  }
  return null;
}

export function internalError(requestId: string): PublicError {
  return {
    code: "INTERNAL",
    message: "something went wrong on our side",
    hint: `Tell the operator this request's id: ${requestId}`,
    field: null,
  };
}

export function statusOf(code: string): number {
  return STATUS[code] ?? (DOMAIN_CODE.test(code) ? 400 : 500);
}
