/** What is wrong with a field that was typed, as its input says it. */
import { capital, type Problem } from "../providers/errors.ts";
import { inLanguage, inWords } from "../providers/in-language.ts";
import type { Column } from "../providers/records.ts";

/** The message of a problem that is about this column; what rules say of rows is told as everywhere else. */
export function messageAt(problem: Problem | null, column: Column): string | null {
  if (!problem || (problem.field !== column.name && problem.field !== column.attribute)) return null;
  const words = inWords(problem.message);
  return capital(words === problem.message ? inLanguage(problem).message : words);
}

const INTEGER = /^[+-]?\d+$/;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$|^[+-]?(nan|infinity)$/i;
const UUID = /^[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}$/i;
/** What PostgreSQL takes and browsers do not. */
const BEYOND = /infinity|\bBC$/i;
const TIME = /^\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?$/;

/** What the text is not, by the key of the message; null where the type takes it, or the database has to say. */
export function misfit(text: string, column: Column): string | null {
  if (text === "") return column.isKey || column.field?.required ? "missing" : null;
  const type = column.type.replace(/\(.*/, "");
  if (type === "integer" || type === "bigint") return INTEGER.test(text.trim()) ? null : "integer";
  if (type === "numeric") return NUMBER.test(text.trim()) ? null : "number";
  if (type === "uuid") return UUID.test(text.trim()) ? null : "uuid";
  if (type === "time") return TIME.test(text.trim()) ? null : "time";
  if (type === "timestamptz") return Number.isNaN(Date.parse(text)) && !BEYOND.test(text) ? "moment" : null;
  if (type === "jsonb") {
    try {
      JSON.parse(text);
    } catch {
      return "json";
    }
  }
  return null;
}
