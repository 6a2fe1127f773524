/** The functions that expressions may call: nothing else of PostgreSQL is reachable. */
import type { ValueType } from "./types.ts";

export interface Argument {
  sql: string;
  type: ValueType;
  /** Set: a number that is written out. */
  constant: number | null;
}

export interface FunctionSpec {
  /** One set of types each: what it takes. "same": any one type, alike in all; "any": whatever. */
  takes: readonly (ValueType | "same" | "any" | "int")[];
  /** How many of them may be left out at the end. */
  optional?: number;
  /** The last one may be repeated. */
  repeated?: boolean;
  returns: ValueType | "same";
  /** Each argument stands in it once, or the text would double with each level of nesting. */
  sql(args: Argument[]): string;
}

/** Longest run of characters, largest count that a function is given. */
const MOST = 10_000;

/** A number as an integer within bounds; null stays null. Written out at once where it is a constant. */
function whole(argument: Argument, least: number, most: number): string {
  if (argument.constant !== null)
    return String(Math.min(Math.max(roundAway(argument.constant), least), most));
  return once(
    argument.sql,
    `case when v is not null then least(greatest(round(v), ${least}), ${most})::int end`,
  );
}

function roundAway(value: number): number {
  return Math.sign(value) * Math.round(Math.abs(value));
}

/** Uses a value twice and writes it once; OFFSET 0 keeps the planner from copying it into both places. */
function once(sql: string, use: string): string {
  return `(select ${use} from (select ${sql} as v offset 0) o)`;
}

/** A date or moment as a timestamp of UTC. */
function utc({ sql, type }: Argument): string {
  return type === "timestamp" ? `(${sql} at time zone 'UTC')` : `(${sql})::timestamp`;
}

const part = (name: string): FunctionSpec => ({
  takes: ["any"],
  returns: "number",
  sql: ([a]) => `extract(${name} from ${utc(a!)})`,
});
const start = (name: string): FunctionSpec => ({
  takes: ["any"],
  returns: "date",
  sql: ([a]) => `date_trunc('${name}', ${utc(a!)})::date`,
});
const text1 = (name: string): FunctionSpec => ({
  takes: ["text"],
  returns: "text",
  sql: ([a]) => `${name}(${a!.sql})`,
});
const number1 = (name: string): FunctionSpec => ({
  takes: ["number"],
  returns: "number",
  sql: ([a]) => `${name}(${a!.sql})`,
});

/** Texts are in the order of their code points, whatever the database's collation; the result is a text as any other. */
function extreme(name: "least" | "greatest", args: Argument[]): string {
  if (args[0]!.type !== "text") return `${name}(${args.map((a) => a.sql).join(", ")})`;
  return `(${name}(${args.map((a) => `(${a.sql} collate "C")`).join(", ")}) collate "default")`;
}

/** A value as text, the same whatever its column's type wrote. */
export function asText({ sql, type }: Pick<Argument, "sql" | "type">): string {
  if (type === "text") return sql;
  if (type === "number") return `trim_scale(${sql})::text`;
  if (type === "date") return `to_char(${sql}, 'YYYY-MM-DD')`;
  if (type === "timestamp") return `to_char(${sql} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
  return `(${sql})::text`;
}

function toNumber({ sql, type }: Argument): string {
  if (type === "number") return sql;
  if (type === "boolean") return `(${sql})::int::numeric`;
  if (type !== "text") return "null::numeric";
  return once(
    sql,
    String.raw`case when v ~ '^\s*[-+]?([0-9]{1,60}(\.[0-9]{0,60})?|\.[0-9]{1,60})\s*$' then v::numeric end`,
  );
}

function toDate({ sql, type }: Argument): string {
  if (type === "date") return sql;
  if (type === "timestamp") return `(${sql} at time zone 'UTC')::date`;
  if (type !== "text") return "null::date";
  return once(
    sql,
    String.raw`case when v ~ '^\s*[0-9]{4}-[0-9]{2}-[0-9]{2}\s*$' and pg_input_is_valid(v, 'date') then v::date end`,
  );
}

function toTimestamp({ sql, type }: Argument): string {
  if (type === "timestamp") return sql;
  if (type === "date") return `((${sql})::timestamp at time zone 'UTC')`;
  if (type !== "text") return "null::timestamptz";
  return once(
    sql,
    String.raw`case when v ~ '^\s*[0-9]{4}-[0-9]{2}-[0-9]{2}([ T]|\s*$)' and pg_input_is_valid(v, 'timestamptz') then v::timestamptz end`,
  );
}

function toBoolean({ sql, type }: Argument): string {
  if (type === "boolean") return sql;
  if (type === "number") return `(${sql} <> 0)`;
  if (type !== "text") return "null::boolean";
  const words = { true: ["true", "t", "yes", "y", "1"], false: ["false", "f", "no", "n", "0"] };
  const branches = Object.entries(words).flatMap(([value, list]) =>
    list.map((w) => `when '${w}' then ${value}`),
  );
  return `(case lower(btrim(${sql})) ${branches.join(" ")} end)`;
}

export const FUNCTIONS: Record<string, FunctionSpec> = {
  // Text
  lower: text1("lower"),
  upper: text1("upper"),
  trim: text1("btrim"),
  sha256: {
    takes: ["text"],
    returns: "text",
    sql: ([a]) => `encode(sha256(convert_to(${a!.sql}, 'UTF8')), 'hex')`,
  },
  length: { takes: ["text"], returns: "number", sql: ([a]) => `length(${a!.sql})::numeric` },
  left: {
    takes: ["text", "int"],
    returns: "text",
    sql: ([a, n]) => `left(${a!.sql}, ${whole(n!, 0, MOST)})`,
  },
  right: {
    takes: ["text", "int"],
    returns: "text",
    sql: ([a, n]) => `right(${a!.sql}, ${whole(n!, 0, MOST)})`,
  },
  substring: {
    takes: ["text", "int", "int"],
    optional: 1,
    returns: "text",
    sql: ([a, from, count]) =>
      `substring(${a!.sql} from ${whole(from!, -MOST, MOST)}${count === undefined ? "" : ` for ${whole(count, 0, MOST)}`})`,
  },
  replace: {
    takes: ["text", "text", "text"],
    returns: "text",
    sql: ([a, b, c]) => `replace(${a!.sql}, ${b!.sql}, ${c!.sql})`,
  },
  split: {
    takes: ["text", "text", "int"],
    returns: "text",
    sql: ([a, b, n]) => `split_part(${a!.sql}, ${b!.sql}, ${whole(n!, 1, MOST)})`,
  },
  position: {
    takes: ["text", "text"],
    returns: "number",
    sql: ([a, b]) => `strpos(${a!.sql}, ${b!.sql})::numeric`,
  },
  contains: {
    takes: ["text", "text"],
    returns: "boolean",
    sql: ([a, b]) => `(strpos(${a!.sql}, ${b!.sql}) > 0)`,
  },
  starts_with: {
    takes: ["text", "text"],
    returns: "boolean",
    sql: ([a, b]) => `starts_with(${a!.sql}, ${b!.sql})`,
  },
  ends_with: {
    takes: ["text", "text"],
    returns: "boolean",
    sql: ([a, b]) => `starts_with(reverse(${a!.sql}), reverse(${b!.sql}))`,
  },
  matches: { takes: ["text", "text"], returns: "boolean", sql: ([a, b]) => `(${a!.sql} ~ ${b!.sql})` },
  regex_replace: {
    takes: ["text", "text", "text"],
    returns: "text",
    sql: ([a, b, c]) => `regexp_replace(${a!.sql}, ${b!.sql}, ${c!.sql}, 'g')`,
  },
  pad_left: {
    takes: ["text", "int", "text"],
    returns: "text",
    sql: ([a, n, f]) => `lpad(${a!.sql}, ${whole(n!, 0, MOST)}, ${f!.sql})`,
  },
  concat: {
    takes: ["any"],
    repeated: true,
    returns: "text",
    sql: (args) => `concat(${args.map(asText).join(", ")})`,
  },
  // Numbers
  abs: number1("abs"),
  floor: number1("floor"),
  ceil: number1("ceil"),
  sign: number1("sign"),
  round: {
    takes: ["number", "int"],
    optional: 1,
    returns: "number",
    sql: ([a, n]) => `round(${a!.sql}, ${n === undefined ? "0" : whole(n, -20, 20)})`,
  },
  least: {
    takes: ["same"],
    repeated: true,
    returns: "same",
    sql: (args) => extreme("least", args),
  },
  greatest: {
    takes: ["same"],
    repeated: true,
    returns: "same",
    sql: (args) => extreme("greatest", args),
  },
  // Dates and moments; parts of a moment are those of UTC
  year: part("year"),
  month: part("month"),
  day: part("day"),
  hour: part("hour"),
  weekday: part("isodow"),
  start_of_month: start("month"),
  start_of_year: start("year"),
  add_days: {
    takes: ["date", "int"],
    returns: "date",
    sql: ([a, n]) => `(${a!.sql} + ${whole(n!, -100_000, 100_000)})`,
  },
  days_between: {
    takes: ["date", "date"],
    returns: "number",
    sql: ([a, b]) => `(${b!.sql} - ${a!.sql})::numeric`,
  },
  today: { takes: [], returns: "date", sql: () => "(statement_timestamp() at time zone 'UTC')::date" },
  now: { takes: [], returns: "timestamp", sql: () => "statement_timestamp()" },
  // From one type to another; null where it cannot be
  text: { takes: ["any"], returns: "text", sql: ([a]) => asText(a!) },
  number: { takes: ["any"], returns: "number", sql: ([a]) => toNumber(a!) },
  date: { takes: ["any"], returns: "date", sql: ([a]) => toDate(a!) },
  timestamp: { takes: ["any"], returns: "timestamp", sql: ([a]) => toTimestamp(a!) },
  boolean: { takes: ["any"], returns: "boolean", sql: ([a]) => toBoolean(a!) },
  // Whatever the type
  coalesce: {
    takes: ["same"],
    repeated: true,
    returns: "same",
    sql: (args) => `coalesce(${args.map((a) => a.sql).join(", ")})`,
  },
  nullif: { takes: ["same", "same"], returns: "same", sql: ([a, b]) => `nullif(${a!.sql}, ${b!.sql})` },
};
