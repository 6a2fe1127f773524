import { inLanguage } from "./in-language.ts";

/** What went wrong, in the terms that the server gives: a code to compare, a message, a hint, the field at fault. */
export interface Problem {
  code?: string | null;
  message: string;
  hint?: string | null;
  field?: string | null;
  /** It is in the reader's language already. */
  translated?: boolean;
  /** The server's own words, where a general sentence stands for them. */
  original?: string;
}

export class ApiError extends Error {
  readonly problem: Problem;
  readonly status: number;
  readonly body: { errors?: Record<string, string> };

  constructor(problem: Problem, status: number) {
    super(sentence(problem));
    this.name = "ApiError";
    this.problem = problem;
    this.status = status;
    // react-admin shows `message` in its notices and `body.errors` beside the form's inputs.
    this.body = problem.field ? { errors: { [problem.field]: inLanguage(problem).message } } : {};
  }
}

/** The server begins its messages in lower case, as parts of a log's line; a name such as order_id stays as it is. */
export const capital = (text: string): string =>
  /^[a-z0-9]*_/.test(text) ? text : text.charAt(0).toUpperCase() + text.slice(1);

/** One line of text for a notice: message, then hint, then code. */
export function sentence(given: Problem): string {
  const problem = inLanguage(given);
  const message = capital(problem.message.trim());
  const stop = /[.!?…]$/.test(message) ? "" : ".";
  const hint = problem.hint ? ` ${problem.hint}` : "";
  const code = problem.code ? ` (${problem.code})` : "";
  return `${message}${problem.hint ? stop : ""}${hint}${code}`;
}

/** What went wrong, as a line of its own in a table. */
export const told = (problem: Problem): string => capital(inLanguage(problem).message);

/** What to do about it, likewise. */
export const hintOf = (problem: Problem): string | null => inLanguage(problem).hint ?? null;

/** The problem in anything thrown. */
export function problemOf(error: unknown): Problem {
  if (error instanceof ApiError) return error.problem;
  if (error instanceof Error) return { message: error.message };
  return { message: String(error) };
}

function text(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

/** Reads a problem from a JSON body or a GraphQL error's extensions, whatever is missing in it. */
export function readProblem(source: unknown, fallback: string): Problem {
  if (typeof source !== "object" || source === null) return { message: fallback };
  const outer = source as Record<string, unknown>;
  const inner = typeof outer.error === "object" && outer.error !== null ? outer.error : outer;
  const body = inner as Record<string, unknown>;
  const details = (body.extensions ?? body) as Record<string, unknown>;
  return {
    code: text(details.code),
    message: text(body.message) ?? fallback,
    hint: text(details.hint),
    field: text(details.field),
  };
}
