/** What a cell looks like. Serves detection only; whether a value is valid in PostgreSQL is inference's business. */

export type CellKind = "empty" | "number" | "date" | "time" | "link" | "code" | "word" | "text" | "other";

const NUMBER =
  /^[([]?[+\-−]?\s?[$€£¥]?\s?(?:\d+|\d{1,3}(?:[ ,.'\u00a0\u202f]\d{3})+)?(?:[.,]\d*)?(?:[eE][+-]?\d{1,3})?\s?[%$€£¥°]?[)\]]?$/;
const DATE =
  /^(?:\d{4}[-/.]\d{1,2}(?:[-/.]\d{1,2})?|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}|\d{1,2}[- /.]?[A-Za-zé]{3,9}\.?[- /.,]*\d{2,4}|[A-Za-z]{3,9}\.? \d{1,2},? \d{4}|[A-Za-z]{3}-\d{2,4}|\d{4}[- ][A-Za-z]{3}(?:[- ]\d{1,2})?)(?:[T ]+\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?\s?(?:[AaPp]\.?[Mm]\.?|Z|[+-]\d{2}:?\d{0,2})?)?$/;
const TIME = /^\d{1,3}:\d{2}(?::\d{2}(?:[.,]\d+)?)?\s?(?:[AaPp]\.?[Mm]\.?)?$/;
const LINK = /^(?:[a-z][a-z0-9+.-]*:\/\/\S+|[^\s@"'<>,;|]+@[^\s@"'<>,;|]+\.[a-z]{2,}|www\.\S+)$/i;
const CODE = /^[\p{L}\p{N}_#][\p{L}\p{N}_.\-/#+]*$/u;
const WORD = /^[\p{L}\p{M}_][\p{L}\p{M}\p{N}_.'’-]*$/u;
const TEXT = /^[\p{L}\p{N}\p{M}\p{P}\p{S}\p{Zs}\r\n]+$/u;
/** Longer cells are told by their first part. */
const LOOK = 200;

export function cellKind(cell: string): CellKind {
  const value = cell.length > LOOK ? cell.slice(0, LOOK) : cell.trim();
  if (value === "") return "empty";
  if (/\d/.test(value)) {
    if (NUMBER.test(value)) return "number";
    if (TIME.test(value)) return "time";
    if (DATE.test(value)) return "date";
  }
  if (WORD.test(value)) return "word";
  if (LINK.test(value)) return "link";
  if (CODE.test(value)) return "code";
  return TEXT.test(value) ? "text" : "other";
}

const NULL_WORDS = new Set([
  "na",
  "n/a",
  "null",
  "\\n",
  "nan",
  "none",
  "-",
  "--",
  "?",
  ".",
  "..",
  "*",
  "x",
  "nil",
  "n.a.",
  "nd",
  "n.d.",
]);

/** Tokens that people write for "no value"; in detection they speak neither for nor against a kind. */
export function isNullWord(cell: string): boolean {
  return NULL_WORDS.has(cell.trim().toLowerCase());
}
