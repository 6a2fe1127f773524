/** Waiting for a job's outcome: the worker does the work, the command tells of it. */
import { setTimeout as pause } from "node:timers/promises";
import { fail } from "./command.ts";

const PAUSE_MS = 300;
const DEFAULT_SECONDS = 600;
const MAX_SECONDS = 86_400;

/** Asks until there is an answer. Errors: AppError TIMEOUT, USAGE. */
export async function waitFor<T>(seconds: string | undefined, ask: () => Promise<T | null>): Promise<T> {
  const limit = seconds === undefined ? DEFAULT_SECONDS : Number(seconds);
  if (!(limit >= 1 && limit <= MAX_SECONDS)) fail("USAGE", `--timeout is 1 to ${MAX_SECONDS} seconds`);
  for (const end = Date.now() + limit * 1000; Date.now() < end; await pause(PAUSE_MS)) {
    const answer = await ask();
    if (answer !== null) return answer;
  }
  return fail(
    "TIMEOUT",
    `it did not end within ${limit} s`,
    "It goes on; ask again later, and see whether a worker runs.",
  );
}
