/**
 * Organizations may want a reason with every change by hand (HS001). Whoever sends a request that lacks one waits here
 * until the dialog has it, then sends the request again with it.
 */
import { ApiError } from "./errors.ts";

type Asker = () => Promise<string>;

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

/** Runs what may need a reason, with the one given; asked for one, once more. Refused where the person gives none. */
export async function explained<T>(
  given: string | undefined,
  work: (reason: string | undefined) => Promise<T>,
): Promise<T> {
  const known = given || shared?.reason || undefined;
  try {
    return await work(known);
  } catch (error) {
    if (!(error instanceof ApiError && error.problem.code === "HS001" && ask)) throw error;
    const reason = await ask();
    if (shared) shared.reason = reason;
    return work(reason);
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
