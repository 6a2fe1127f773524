/**
 * One error for everything that people may have to act on: a code that programs compare, a message that says what
 * is wrong, a hint that says what to do next. Errors from PostgreSQL keep their SQLSTATE as the code.
 */
export class AppError extends Error {
  readonly code: string;
  readonly hint: string | null;
  readonly field: string | null;

  constructor(
    code: string,
    message: string,
    options: { hint?: string; field?: string; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "AppError";
    this.code = code;
    this.hint = options.hint ?? null;
    this.field = options.field ?? null;
  }
}

/** Codes of our own domains (docs/reference/errors.md); their messages are written for people. */
export const DOMAIN_CODE = /^(TN|AC|AU|DS|HS|RT|IN|QC|LN|OP)\d{3}$/;

export interface PgError extends Error {
  code: string;
  hint?: string;
  detail?: string;
  column?: string;
  where?: string;
  position?: string;
}

/** True for an error that PostgreSQL sent (it has a five-character SQLSTATE). */
export function isPgError(error: unknown): error is PgError {
  return (
    error instanceof Error &&
    "code" in error &&
    typeof error.code === "string" &&
    /^[0-9A-Z]{5}$/.test(error.code)
  );
}

/** The message of anything thrown, with its chain of causes, for logs. */
export function explain(error: unknown): string {
  const parts: string[] = [];
  let current: unknown = error;
  for (let depth = 0; current !== undefined && current !== null && depth < 8; depth++) {
    parts.push(current instanceof Error ? current.message : String(current));
    current = current instanceof Error ? current.cause : undefined;
  }
  return parts.join(": ");
}
