/**
 * Organizations may want a reason with every change by hand (HS001), and rules may refuse it but with one (HS007). Whoever
 * sends such a request waits here until the dialog has the reason, then sends the request again with it.
 */
import { ApiError, type Problem } from "./errors.ts";

/** `refused`: what rules say, where the reason is for going against them. */
type Asker = (refused: Problem | null) => Promise<string>;

let ask: Asker | null = null;
/** Set while several changes are one act: they share the reason. */
let shared: { reason: string | null } | null = null;

/** The dialog says that it is there; gives the way to say that it is gone. */
export function answerReasons(asker: Asker): () => void {
  ask = asker;
  return () => {
    if (ask === asker) ask = null;
  };
}

/** Runs what may need a reason, with the one given; asked for one, or refused by rules, once more. Refused where the person gives none. */
export async function explained<T>(
  given: string | undefined,
  work: (reason: string | undefined, againstRules: boolean) => Promise<T>,
): Promise<T> {
  const known = given || shared?.reason || undefined;
  try {
    return await work(known, false);
  } catch (error) {
    if (!(error instanceof ApiError && ask)) throw error;
    if (error.problem.code === "HS007") return work(await ask(error.problem), true);
    if (error.problem.code !== "HS001") throw error;
    const reason = await ask(null);
    if (shared) shared.reason = reason;
    return againOr(work, reason);
  }
}

/** With the reason, rules may still refuse: those are gone against for a reason of its own. */
async function againOr<T>(
  work: (reason: string | undefined, againstRules: boolean) => Promise<T>,
  reason: string,
): Promise<T> {
  try {
    return await work(reason, false);
  } catch (error) {
    if (!(error instanceof ApiError && ask && error.problem.code === "HS007")) throw error;
    return work(await ask(error.problem), true);
  }
}

/** Several changes that are one act to people: a reason is asked for once. */
export async function inOneAct<T>(work: () => Promise<T>): Promise<T> {
  shared = { reason: null };
  try {
    return await work();
  } finally {
    shared = null;
  }
}
