/**
 * SQL that people write, read before it is sent. The fence is the second one: the first is the login that the SQL runs on,
 * which may write nothing and see nothing else; this one tells mistakes early and in words. In a thread of its own each
 * time: SQL that is nested deep enough takes the parser with it.
 */
import { Worker } from "node:worker_threads";
import { type Question, SqlRefused, type Verdict } from "./fence-rules.ts";

const MAX_MS = 10_000;
const TOO_DEEP: Verdict = {
  message: "the SQL is too long or nested too deep",
  position: null,
  hint: "Make two steps of it.",
};

/** Requires one select over `schema` alone. Errors: SqlRefused with the place. */
export function requireSelect(sql: string, schema: string): Promise<void> {
  return ask({ kind: "select", sql, schema });
}

/** Requires one expression; it may hold selects of its own. Errors: SqlRefused with the place. */
export function requireExpression(sql: string, schema: string): Promise<void> {
  return ask({ kind: "expression", sql, schema });
}

async function ask(question: Question): Promise<void> {
  const thread = new Worker(new URL("./fence-thread.ts", import.meta.url), { workerData: question });
  const verdict = await new Promise<Verdict>((resolve) => {
    const timer = setTimeout(() => resolve(TOO_DEEP), MAX_MS);
    thread.once("message", (answer: Verdict) => {
      clearTimeout(timer);
      resolve(answer);
    });
    thread.once("error", () => {
      clearTimeout(timer);
      resolve(TOO_DEEP);
    });
  });
  await thread.terminate();
  if (verdict !== null) throw new SqlRefused(verdict.message, verdict.position, verdict.hint);
}
