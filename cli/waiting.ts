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

/** How long a database that is started anew is waited for, in a command that waits for a load anyway. */
const AWAY_MS = 300_000;
/** Connections refused, lost, or not taken yet: the load goes on without us, and is asked for again. */
const AWAY = /^(57P0[1-3]|08\w{3}|ECONN\w+|EPIPE)$/;

/** Asks again while the database is away. Errors: whatever else `ask` throws, and the last one where it stays away. */
export async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  for (const until = Date.now() + AWAY_MS; ; await pause(1000)) {
    try {
      return await ask();
    } catch (error) {
      if (!isAway(error) || Date.now() > until) throw error;
    }
  }
}

function isAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = "code" in error ? String(error.code) : "";
  return AWAY.test(code) || error.message.startsWith("Connection terminated");
}
