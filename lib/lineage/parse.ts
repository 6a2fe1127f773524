/** PostgreSQL's own parser (libpg-query). */
import { hasSqlDetails, loadModule, type Node, parseSync } from "libpg-query";
import { AppError } from "../errors.ts";

const MAX_LENGTH = 2_000_000;
const MAX_STATEMENTS = 10_000;

let ready: Promise<void> | undefined;

function lineAt(text: string, position: number): { line: number; column: number } {
  const before = text.slice(0, Math.max(0, position));
  const line = before.split("\n").length;
  return { line, column: position - before.lastIndexOf("\n") };
}

/** The statements of a text. Errors: AppError BAD_SQL, with the line. */
export async function parseSql(text: string): Promise<Node[]> {
  if (text.length > MAX_LENGTH) {
    throw new AppError("BAD_SQL", `the SQL is longer than ${MAX_LENGTH} characters`, {
      hint: "Give it in parts.",
    });
  }
  ready ??= loadModule();
  await ready;
  return parseNow(text);
}

/** As parseSql, once that has been called: for SQL within SQL. Errors: AppError BAD_SQL, with the line. */
export function parseNow(text: string): Node[] {
  if (text.trim() === "") return [];
  try {
    const statements = (parseSync(text).stmts ?? []).flatMap((s) => (s.stmt ? [s.stmt] : []));
    if (statements.length > MAX_STATEMENTS) {
      throw new AppError("BAD_SQL", `the SQL has more than ${MAX_STATEMENTS} statements`, {
        hint: "Give it in parts.",
      });
    }
    return statements;
  } catch (error) {
    if (error instanceof AppError) throw error;
    if (error instanceof RangeError) {
      throw new AppError("BAD_SQL", "the SQL is nested too deeply", {
        hint: "Split it into smaller queries.",
        cause: error,
      });
    }
    const position = hasSqlDetails(error) ? (error.sqlDetails?.cursorPosition ?? 0) : 0;
    const { line, column } = lineAt(text, position);
    const message = error instanceof Error ? error.message : String(error);
    throw new AppError("BAD_SQL", `line ${line}, column ${column}: ${message}`, {
      hint: "Write the query as PostgreSQL takes it.",
      cause: error,
    });
  }
}
