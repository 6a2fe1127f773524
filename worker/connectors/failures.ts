/** What goes wrong with sources, as people read it: what is wrong, and what to do. Terminal, or tried again by itself. */
import { AppError, isPgError } from "../../lib/errors.ts";

const FAILURES = {
  /** Settings or what is to be read are not as the kind takes them. */
  settings: { code: "SOURCE_SETTINGS", transient: false },
  /** The address may not be connected to. */
  refused: { code: "SOURCE_REFUSED", transient: false },
  /** The secret was not accepted, or there is none. */
  auth: { code: "SOURCE_AUTH", transient: false },
  /** Signed in, but without the right. */
  denied: { code: "SOURCE_DENIED", transient: false },
  /** No such database, table, bucket, path. */
  missing: { code: "SOURCE_MISSING", transient: false },
  /** The server is not who it should be, or speaks no TLS. */
  identity: { code: "SOURCE_IDENTITY", transient: false },
  /** What came is not as it should be. */
  data: { code: "SOURCE_DATA", transient: false },
  /** Asked too often. */
  busy: { code: "SOURCE_BUSY", transient: true },
  /** Not reachable, broken off, out of order. */
  down: { code: "SOURCE_DOWN", transient: true },
} as const;

export type FailureKind = keyof typeof FAILURES;

export class SourceError extends AppError {
  readonly transient: boolean;
  /** Seconds after which the server wants to be asked again. */
  readonly retryAfter: number | null;

  constructor(
    kind: FailureKind,
    message: string,
    hint: string,
    options: { cause?: unknown; field?: string; retryAfter?: number } = {},
  ) {
    const { cause, field, retryAfter } = options;
    super(FAILURES[kind].code, message, {
      hint,
      ...(cause === undefined ? {} : { cause }),
      ...(field === undefined ? {} : { field }),
    });
    this.transient = FAILURES[kind].transient;
    this.retryAfter = retryAfter ?? null;
  }
}

const UNREACHABLE: Record<string, string> = {
  ECONNREFUSED: "nothing listens there",
  ETIMEDOUT: "no answer in time",
  UND_ERR_CONNECT_TIMEOUT: "no answer in time",
  UND_ERR_HEADERS_TIMEOUT: "no answer in time",
  UND_ERR_BODY_TIMEOUT: "the answer stopped",
  EHOSTUNREACH: "there is no way to the host",
  ENETUNREACH: "there is no way to the network",
  ECONNRESET: "the connection was reset",
  EPIPE: "the connection was closed",
  UND_ERR_SOCKET: "the connection was closed",
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: "the answer was broken off",
  ENOTFOUND: "the host is not known",
  EAI_AGAIN: "the host cannot be looked up",
};
const UNTRUSTED =
  /self.signed certificate|unable to (get|verify)|certificate has expired|ERR_TLS|altnames|wrong version number|DEPTH_ZERO/i;
const MAX_CAUSES = 6;

function* chain(error: unknown): Generator<Error & { code?: unknown }> {
  let at = error;
  for (let depth = 0; at instanceof Error && depth < MAX_CAUSES; depth++) {
    yield at;
    at = at instanceof AggregateError && at.cause === undefined ? at.errors[0] : at.cause;
  }
}

/**
 * What every kind has in common: refusals as they are, networks, certificates. null where the error tells something
 * else, which the kind itself has to know. `where` is host and port.
 */
export function commonFailure(error: unknown, where: string): SourceError | null {
  for (const link of chain(error)) {
    if (link instanceof SourceError) return link;
    const code = typeof link.code === "string" ? link.code : "";
    if (UNTRUSTED.test(`${code} ${link.message}`)) {
      return new SourceError(
        "identity",
        `${where}: the server's certificate is not trusted`,
        "Give the authority's certificate as ca, or check the host name.",
        { cause: error },
      );
    }
    const told = UNREACHABLE[code];
    if (told !== undefined) {
      return new SourceError(
        "down",
        `${where}: ${told}`,
        "Check host, port and firewalls; it is tried again.",
        {
          cause: error,
        },
      );
    }
  }
  return null;
}

/** For an error of a server that no rule knows: it may be gone the next time. */
export function unknownFailure(error: unknown, where: string): SourceError {
  const said = error instanceof Error ? error.message : String(error);
  return new SourceError("down", `${where}: ${said.slice(0, 300)}`, "It is tried again by itself.", {
    cause: error,
  });
}

export interface Told {
  code: string;
  message: string;
  hint: string;
  transient: boolean;
  column?: string;
}

const MAX_MESSAGE = 1000;

/** An error as it is kept, without anything of the secret, whatever a server chose to repeat. */
export function tellFailure(error: unknown, secret: unknown): Told {
  const cut = (text: string): string => hide(text, secret).slice(0, MAX_MESSAGE);
  const transient = isTransient(error);
  if (error instanceof AppError || isPgError(error)) {
    const field = error instanceof AppError ? error.field : (error.column ?? null);
    const hint = error.hint || "The worker's log has more.";
    return {
      code: error.code,
      message: cut(error.message),
      hint: cut(hint),
      transient,
      ...(field ? { column: field } : {}),
    };
  }
  return {
    code: "INTERNAL",
    message: "the source could not be read",
    hint: "Tell your platform's operator; the log has more.",
    transient,
  };
}

/** Errors of one's own database and stores count too; what nobody foresaw is tried again, a bounded number of times. */
export function isTransient(error: unknown): boolean {
  if (error instanceof SourceError) return error.transient;
  if (error instanceof AppError) return error.code === "STORE_DOWN";
  if (isPgError(error)) return /^(08|53|57P|55P03|58|40)/.test(error.code);
  return true;
}

/** Shorter values are parts of ordinary words. */
const SHORTEST_SECRET = 4;

/** Cuts every value of a secret out of a text. */
export function hide(text: string, secret: unknown): string {
  const values = typeof secret === "object" && secret !== null ? Object.values(secret) : [];
  let hidden = text;
  for (const value of values) {
    if (typeof value !== "string" || value.length < SHORTEST_SECRET) continue;
    for (const form of new Set([value, encodeURIComponent(value), JSON.stringify(value).slice(1, -1)])) {
      hidden = hidden.replaceAll(form, "[secret]");
    }
  }
  return hidden;
}
