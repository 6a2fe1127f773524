/**
 * The server tells in English what went wrong, with a code. In another language: the very sentence, where the catalog has
 * it with its parameters; else what the code means, with the server's own words kept beside it; else the English.
 */
import type { Problem } from "./errors.ts";

export interface ProblemCatalog {
  codes: Record<string, readonly [message: string, hint: string]>;
  sentences: readonly (readonly [english: string, translated: string])[];
  /** What is said of rows by rules and readers, a sentence within another too; the first that fits is taken. */
  phrases: readonly (readonly [english: string, translated: string])[];
}

type Rule = readonly [pattern: RegExp, translated: string];

let codes: ProblemCatalog["codes"] | null = null;
let exact: readonly Rule[] = [];
let phrases: readonly Rule[] = [];

const literal = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

const rulesOf = (pairs: ProblemCatalog["sentences"] = []): Rule[] =>
  pairs.map(([english, into]) => [
    new RegExp(`^${english.split("%").map(literal).join("(.+?)")}$`, "is"),
    into,
  ]);

/** What people read from now on; null: the server's own words. */
export function speak(catalog: ProblemCatalog | null): void {
  codes = catalog?.codes ?? null;
  exact = rulesOf(catalog?.sentences);
  phrases = rulesOf(catalog?.phrases);
}

function translated(text: string): string | null {
  for (const [pattern, into] of exact) {
    const found = pattern.exec(text.trim());
    if (!found) continue;
    let at = 0;
    return into.replaceAll("%", () => inWords(found[++at] ?? ""));
  }
  return null;
}

/** What a rule or reader says of rows, as people read it; sentences within it too. Unknown words stay as they are. */
export function inWords(text: string): string {
  for (const [pattern, into] of phrases) {
    const found = pattern.exec(text.trim());
    if (!found) continue;
    let at = 0;
    return into.replaceAll("%", () => inWords(found[++at] ?? ""));
  }
  return text;
}

/** SQLSTATEs as the server's HTTP answers name them: some errors are kept as the database told them. */
const STATES: Record<string, string> = {
  "42501": "FORBIDDEN",
  "22023": "BAD_INPUT",
  "23514": "BAD_INPUT",
  "22P02": "BAD_INPUT",
  "23505": "CONFLICT",
  "23503": "CONFLICT",
  "40001": "CONFLICT",
};

/** The problem as people read it; what has been translated stays as it is. */
export function inLanguage<P extends Problem>(problem: P): P {
  if (!codes || problem.translated) return problem;
  const known = codes[STATES[problem.code ?? ""] ?? problem.code ?? ""];
  const message = translated(problem.message);
  const hint = problem.hint ? translated(problem.hint) : null;
  if (message === null && !known) return problem;
  return {
    ...problem,
    translated: true,
    message: message ?? known![0],
    hint: hint ?? known?.[1] ?? problem.hint ?? null,
    // Parameters that the general sentence lacks are not lost.
    ...(message === null ? { original: problem.message } : {}),
  };
}
