/** Which errors end a run, which make it wait, and how they are told. */
import { AppError, isPgError } from "../../lib/errors.ts";
import { ReaderError } from "../readers/index.ts";

/** final: the file cannot be loaded. wait: something is down. redo: begin again at once. lost: somebody else goes on. */
export type Verdict = "final" | "wait" | "redo" | "lost" | "unknown";

/** The run waits for a person, who has been told of it: nothing more is to be done or written down. */
export class RunHeld extends Error {}

export interface RunError {
  code: string;
  message: string;
  hint: string;
  line?: number;
  column?: string;
}

const NETWORK = new Set([
  "ECONNRESET",
  "ECONNREFUSED",
  "ETIMEDOUT",
  "EPIPE",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
]);
const CONNECTION_TEXT =
  /connection terminated|timeout exceeded when trying to connect|client was closed|not queryable/i;
const MAX_CAUSES = 8;

function* chain(error: unknown): Generator<Error> {
  let current = error;
  for (let depth = 0; current instanceof Error && depth < MAX_CAUSES; depth++) {
    yield current;
    current = current.cause;
  }
}

function codeOf(error: Error): string {
  return "code" in error && typeof error.code === "string" ? error.code : "";
}

/** Decides by the innermost telling error. */
export function judge(error: unknown): Verdict {
  for (const link of chain(error)) {
    const code = codeOf(link);
    if (code === "IN007") return "lost";
    // DS010: rows came into an empty dataset meanwhile; the next time they are merged.
    if (code === "IN014" || code === "DS010" || code === "40001" || code === "40P01") return "redo";
    if (code === "STORE_DOWN" || NETWORK.has(code) || CONNECTION_TEXT.test(link.message)) return "wait";
    // Connection, resources, operator intervention, lock timeouts: PostgreSQL itself is in trouble.
    if (isPgError(link) && /^(08|25P0[34]|53|57P|55P03|58)/.test(code)) return "wait";
  }
  for (const link of chain(error)) {
    if (link instanceof ReaderError || link instanceof AppError) return "final";
    if (isPgError(link) && /^(IN|DS|QC|TN|AC|HS|RT|42501|23514)/.test(codeOf(link))) return "final";
  }
  return "unknown";
}

/** The failure as people read it on the run's page. */
export function tellError(error: unknown): RunError {
  if (error instanceof ReaderError) {
    return { code: "IN012", message: error.message, hint: error.remedy };
  }
  if (error instanceof AppError) {
    return {
      code: error.code,
      message: error.message,
      hint: error.hint ?? "",
      ...(error.field ? { column: error.field } : {}),
    };
  }
  if (isPgError(error)) {
    const hint = error.hint ?? "Tell your platform's operator; the log has more.";
    return {
      code: error.code,
      message: error.message,
      hint,
      ...(error.column ? { column: error.column } : {}),
    };
  }
  for (const link of chain(error)) {
    if (NETWORK.has(codeOf(link)) || CONNECTION_TEXT.test(link.message)) {
      return {
        code: "UNREACHABLE",
        message: "a connection was lost",
        hint: "Nothing is to be done: it is tried again by itself.",
      };
    }
  }
  return {
    code: "INTERNAL",
    message: "the load stopped unexpectedly",
    hint: "Tell your platform's operator; the log has more.",
  };
}
