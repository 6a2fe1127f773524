/** A contract proposed from rows: one pass, bounded memory, every claim with its evidence. */
import { type HashSet, hashText, newHashSet } from "./hashes.ts";
import { type Combination, newKeyTracker } from "./keys.ts";
import { fieldNames } from "./names.ts";
import {
  type ContractProposal,
  DEFAULT_NULL_TOKENS,
  type FieldEvidence,
  type FieldSpec,
  type FieldType,
  type KeyCandidate,
} from "./types.ts";
import {
  ALL_TYPES,
  BIGINT,
  BOOLEAN,
  DATE,
  hasNoZone,
  INTEGER,
  JSONB,
  NUMERIC,
  TIME,
  TIMESTAMPTZ,
  typesOf,
  UUID,
} from "./values.ts";

/** Rows looked at where no other bound is given. */
export const MAX_INFER_ROWS = 1_000_000;
/** Distinct values of a column are counted up to this. */
export const MAX_DISTINCT = 10_000;
const MAX_EVIDENCE_TEXT = 200;
const MAX_COUNTER_EXAMPLES = 3;
/** Longer texts are no sensible keys. */
const MAX_KEY_LENGTH = 200;

/** Most specific first. */
const TYPE_ORDER: [number, FieldType][] = [
  [INTEGER, "integer"],
  [BIGINT, "bigint"],
  [NUMERIC, "numeric"],
  [BOOLEAN, "boolean"],
  [DATE, "date"],
  [TIMESTAMPTZ, "timestamptz"],
  [TIME, "time"],
  [UUID, "uuid"],
  [JSONB, "jsonb"],
];
const NULL_TOKENS = new Set(DEFAULT_NULL_TOKENS);

interface Column {
  values: number;
  /** null or \N: null in every type. */
  nulls: number;
  /** Tokens that are null in typed columns and text otherwise. */
  tokens: number;
  types: number;
  lost: { type: number; line: number; value: string; after: number }[];
  minimum: string | null;
  maximum: string | null;
  minNumber: number;
  maxNumber: number;
  minNumberText: string;
  maxNumberText: string;
  maxLength: number;
  zoneless: number;
  distinct: HashSet | null;
  distinctSeen: number;
  sawTrue: boolean;
  sawFalse: boolean;
  sawWord: boolean;
}

function newColumn(): Column {
  return {
    values: 0,
    nulls: 0,
    tokens: 0,
    types: ALL_TYPES,
    lost: [],
    minimum: null,
    maximum: null,
    minNumber: Number.POSITIVE_INFINITY,
    maxNumber: Number.NEGATIVE_INFINITY,
    minNumberText: "",
    maxNumberText: "",
    maxLength: 0,
    zoneless: 0,
    distinct: newHashSet(),
    distinctSeen: 0,
    sawTrue: false,
    sawFalse: false,
    sawWord: false,
  };
}

/** A row as readers give it. Rows with a problem are not to be passed in. */
export interface InferRow {
  line: number;
  fields: readonly (string | null)[];
}

export interface InferOptions {
  /** Default MAX_INFER_ROWS. */
  maxRows?: number;
}

/**
 * Proposes a contract from batches of rows. `headers` are the file's column names. A type is proposed only if every
 * non-null value seen is valid in PostgreSQL; `complete` tells whether every row was seen. Keys are proposed, never
 * set: `isKey` is false everywhere.
 */
export async function inferContract(
  batches: AsyncIterable<readonly InferRow[]> | Iterable<readonly InferRow[]>,
  headers: readonly string[],
  options: InferOptions = {},
): Promise<ContractProposal> {
  const maxRows = options.maxRows ?? MAX_INFER_ROWS;
  const columns = headers.map(newColumn);
  const keys = newKeyTracker(headers.length);
  const hashes: (number | null)[] = new Array(headers.length).fill(null);
  let rowsSeen = 0;
  let complete = true;
  for await (const batch of batches) {
    for (const row of batch) {
      if (rowsSeen >= maxRows) {
        complete = false;
        break;
      }
      rowsSeen++;
      for (const [index, column] of columns.entries()) {
        hashes[index] = see(column, row.fields[index] ?? null, row.line);
      }
      keys.add(hashes);
    }
    if (!complete) break;
  }
  return propose(
    headers,
    columns,
    keys.finish(
      (place) => canBeKey(columns[place]!),
      (place, rows) => isMeasure(columns[place]!, place, headers[place]!, rows),
    ),
    rowsSeen,
    complete,
  );
}

/** Takes one value in; gives its hash, null for null. */
function see(column: Column, value: string | null, line: number): number | null {
  column.values++;
  if (value === null || value === "\\N") {
    column.nulls++;
    return null;
  }
  if (value.length > column.maxLength) column.maxLength = value.length;
  const hash = hashText(value);
  if (column.distinct?.add(hash)) {
    column.distinctSeen++;
    if (column.distinctSeen >= MAX_DISTINCT) column.distinct = null;
  }
  if (value.length <= 4 && NULL_TOKENS.has(value)) {
    column.tokens++;
    return hash;
  }
  narrow(column, value, line);
  extremes(column, value);
  return hash;
}

function narrow(column: Column, value: string, line: number): void {
  if (column.types === 0) return;
  const types = typesOf(value, column.types);
  if (types !== column.types) {
    const after = column.values - column.nulls - column.tokens - 1;
    const lost = column.types & ~types;
    // Types lost at the very first value were never in question.
    if (after > 0) column.lost.push({ type: lost, line, value: value.slice(0, MAX_EVIDENCE_TEXT), after });
    column.types = types;
  }
  if ((types & BOOLEAN) !== 0) {
    const lower = value.toLowerCase();
    if (lower === "t" || lower === "true" || lower === "yes") column.sawTrue = true;
    else column.sawFalse = true;
    if (lower.length > 3) column.sawWord = true;
  }
  if ((types & TIMESTAMPTZ) !== 0 && hasNoZone(value)) column.zoneless++;
}

function extremes(column: Column, value: string): void {
  if ((column.types & NUMERIC) !== 0) {
    const number = Number(value);
    if (number < column.minNumber) [column.minNumber, column.minNumberText] = [number, value];
    if (number > column.maxNumber) [column.maxNumber, column.maxNumberText] = [number, value];
  }
  // Texts too: a later value may take the number type away.
  if (column.minimum === null || value < column.minimum) column.minimum = value.slice(0, MAX_EVIDENCE_TEXT);
  if (column.maximum === null || value > column.maximum) column.maximum = value.slice(0, MAX_EVIDENCE_TEXT);
}

function typeOf(column: Column): FieldType {
  const typed = column.values - column.nulls - column.tokens;
  if (typed === 0) return "text";
  let types = column.types;
  // One letter, or "no" alone, is no proof of a truth value.
  if (!(column.sawTrue && column.sawFalse) && !column.sawWord) types &= ~BOOLEAN;
  return TYPE_ORDER.find(([bit]) => (types & bit) !== 0)?.[1] ?? "text";
}

function canBeKey(column: Column): boolean {
  const type = typeOf(column);
  if (column.nulls > 0 || (type !== "text" && column.tokens > 0)) return false;
  return (
    ["integer", "bigint", "text", "uuid", "date", "timestamptz"].includes(type) &&
    column.maxLength <= MAX_KEY_LENGTH
  );
}

const IDENTIFIER =
  /(?:^|[_\s-])(?:id|ids|key|code|no|nr|num|number|uuid|guid|sku|isbn|ean|ref|reference|serial|index|row|ticket|nummer|numero|num\u00e9ro|cl\u00e9|clave)(?:$|[_\s-])|[a-z](?:Id|ID|Key|Code|No|Number)$/i;

/**
 * Whole numbers of which each comes once by chance, as amounts and populations do: not called an identifier, not the
 * first column, and not running on (a year, a serial number).
 */
function isMeasure(column: Column, place: number, name: string, rows: number): boolean {
  const type = typeOf(column);
  if ((type !== "integer" && type !== "bigint") || place === 0 || IDENTIFIER.test(name)) return false;
  return column.maxNumber - column.minNumber >= 2 * rows;
}

function propose(
  headers: readonly string[],
  columns: readonly Column[],
  combinations: readonly Combination[],
  rowsSeen: number,
  complete: boolean,
): ContractProposal {
  const names = fieldNames(headers);
  const evidence: Record<string, FieldEvidence> = {};
  const fields: FieldSpec[] = columns.map((column, position) => {
    const name = names[position]!;
    const type = typeOf(column);
    const found = describe(column, type);
    evidence[name] = found;
    const required = rowsSeen > 0 && found.nulls === 0;
    return { name, sourceName: headers[position]!, position, type, required, isKey: false };
  });
  const keyCandidates: KeyCandidate[] = combinations.map((one) => ({
    fields: one.columns.map((column) => names[column]!),
    evidence: keyEvidence(one, complete),
  }));
  return { fields, keyCandidates, evidence, rowsSeen, complete };
}

const number = new Intl.NumberFormat("en-US");

function keyEvidence({ rows, repeats }: Combination, complete: boolean): string {
  const scope = complete ? "all" : "the first";
  if (repeats === 0) return `distinct and never null in ${scope} ${number.format(rows)} rows`;
  return `never null, and distinct in ${number.format(rows - repeats)} of ${scope} ${number.format(rows)} rows: ${number.format(repeats)} repeat an earlier one and would be set aside`;
}

function describe(column: Column, type: FieldType): FieldEvidence {
  const isText = type === "text";
  const nulls = column.nulls + (isText ? 0 : column.tokens);
  const present = column.values - nulls;
  const numeric = type === "integer" || type === "bigint" || type === "numeric";
  const minimum = numeric ? column.minNumberText : column.minimum;
  const maximum = numeric ? column.maxNumberText : column.maximum;
  const distinctExact = column.distinct !== null;
  const parts: string[] = [];
  const of = `${number.format(present)} of ${number.format(present)} values`;
  if (present === 0) parts.push("no value seen, so text");
  else
    parts.push(
      isText
        ? `${number.format(present)} texts of at most ${number.format(column.maxLength)} characters`
        : `${of} parse as ${type}`,
    );
  if (present > 0 && !isText) parts.push(`min ${minimum}, max ${maximum}`);
  parts.push(`${distinctExact ? "" : "at least "}${number.format(column.distinctSeen)} distinct`);
  if (nulls > 0) parts.push(`${number.format(nulls)} empty`);
  if (type === "timestamptz" && column.zoneless > 0)
    parts.push(`${number.format(column.zoneless)} without a zone: taken as UTC`);
  const rejected = isText || type === "numeric" ? counterExamples(column) : [];
  const best = rejected[0];
  if (best !== undefined)
    parts.push(`not ${best.type}: line ${best.line} has ${JSON.stringify(best.value.slice(0, 40))}`);
  return {
    values: column.values,
    nulls,
    distinct: column.distinctSeen,
    distinctExact,
    minimum,
    maximum,
    maxLength: column.maxLength,
    text: parts.join("; "),
    rejected,
  };
}

/** What took a more specific type away, the latest loss first: that type held longest. */
function counterExamples(column: Column): FieldEvidence["rejected"] {
  return column.lost
    .slice(-MAX_COUNTER_EXAMPLES)
    .reverse()
    .map(({ type, line, value }) => ({
      type: TYPE_ORDER.find(([bit]) => (type & bit) !== 0)?.[1] ?? "text",
      line,
      value,
    }));
}
