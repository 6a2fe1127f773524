/**
 * Sensitive acts need a fresh proof of who one is (AC060). Whoever sends a request waits here until the dialog has it,
 * then sends the request again.
 */
import { ApiError } from "./errors.ts";

type Asker = () => Promise<void>;

let ask: Asker | null = null;
let asking: Promise<void> | null = null;

/** The dialog says that it is there; gives the way to say that it is gone. */
export function answerProofs(asker: Asker): () => void {
  ask = asker;
  return () => {
    if (ask === asker) ask = null;
  };
}

/** Runs what may need a fresh proof; asked for one, once more. Refused where the person gives none. */
export async function proven<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ApiError && error.problem.code === "AC060" && ask)) throw error;
    asking ??= ask().finally(() => {
      asking = null;
    });
    await asking;
    return work();
  }
}

/** The person closed the dialog: nothing was done, and there is nothing to tell. */
export class Withdrawn extends Error {}
