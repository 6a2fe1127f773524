/**
 * Numbers and dates as people of different countries write them: which way a column's values are written, found from the
 * values, and the same values as PostgreSQL reads them. What can be read in two ways is told and left alone.
 */

import { amountOf } from "./amounts.ts";
import { clockOf, namedDate } from "./month-names.ts";

export type DateOrder = "dmy" | "mdy" | "ymd";

/** How a column writes its values, where PostgreSQL would not read them so. */
export type ValueFormat =
  | {
      kind: "number";
      decimal: "." | ",";
      /** What stands beside the number, left out: `€`, `USD`, `%`; null where brackets around those below zero are all. */
      unit?: string | null;
    }
  /** named: the month by its name, which tells the order. */
  | { kind: "date"; order: DateOrder | "named" };

/** What is declared instead of being detected. */
export interface DeclaredFormats {
  decimal?: "." | ",";
  dateOrder?: DateOrder;
}

/** Longer texts are no numbers or dates. */
const MAX_LENGTH = 48;
/** A column is of a format when so many of its values are: a few wrong ones are for the load to reject. */
const ENOUGH = 0.98;
/** Proofs against a reading that so many proofs for it outweigh. */
const OUTWEIGHS = 50;

/** Units of a column that are told apart. */
const MAX_UNITS = 5;

const NATIVE = /^-?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
const DOT =
  /^[+\-\u2212]?(?:\d+|\d{1,3}(?:,\d{3})+|\d{1,3}(?:[ \u00a0\u202f]\d{3})+|\d{1,3}(?:['\u2019]\d{3})+)(?:\.\d+)?$/;
const COMMA =
  /^[+\-\u2212]?(?:\d+|\d{1,3}(?:\.\d{3})+|\d{1,3}(?:[ \u00a0\u202f]\d{3})+|\d{1,3}(?:['\u2019]\d{3})+)(?:,\d+)?$/;
const CLOCK = "(?:[T ]+(\\d{1,2}):(\\d{2})(?::(\\d{2})(\\.\\d{1,6})?)?(?: ?([AaPp])\\.?[Mm]\\.?)?)?";
const DAY_FIRST = new RegExp(`^(\\d{1,2})([./-])(\\d{1,2})\\2(\\d{4})${CLOCK}$`);
const YEAR_FIRST = new RegExp(`^(\\d{4})([./-])(\\d{1,2})\\2(\\d{1,2})${CLOCK}$`);
const ISO = /^\d{4}-\d{2}-\d{2}(?:$|[T ])/;

/** Null tokens are no values. */
const NOTHING = new Set(["", "NA", "N/A", "NULL", "\\N"]);

interface Column {
  values: number;
  native: number;
  dot: number;
  comma: number;
  dotOnly: number;
  commaOnly: number;
  /** Native numbers with a point: three digits behind it could be thousands. */
  points: number;
  date: number;
  year: number;
  dayFirst: number;
  monthFirst: number;
  dots: number;
  /** Dates with the month's name. */
  named: number;
  /** Numbers that PostgreSQL would not read, with a point or comma in them. */
  marked: number;
  /** What stands beside numbers. */
  units: Set<string>;
  brackets: number;
  example: { line: number; value: string } | null;
  proof: { line: number; value: string } | null;
}

function newColumn(): Column {
  return {
    values: 0,
    native: 0,
    dot: 0,
    comma: 0,
    dotOnly: 0,
    commaOnly: 0,
    points: 0,
    date: 0,
    year: 0,
    dayFirst: 0,
    monthFirst: 0,
    dots: 0,
    named: 0,
    marked: 0,
    units: new Set(),
    brackets: 0,
    example: null,
    proof: null,
  };
}

function see(column: Column, value: string, line: number): void {
  column.values++;
  if (value.length > MAX_LENGTH) return;
  const native = NATIVE.test(value);
  if (native) column.native++;
  const amount = native ? null : amountOf(value);
  const number = amount?.number ?? value;
  const dot = DOT.test(number);
  const comma = COMMA.test(number);
  if (dot) column.dot++;
  if (comma) column.comma++;
  if (native && value.includes(".")) column.points++;
  if ((dot || comma) && !native) {
    if (/[.,]/.test(number)) column.marked++;
    if (amount?.brackets) column.brackets++;
    if (amount?.unit && column.units.size < MAX_UNITS) column.units.add(amount.unit);
  }
  if (dot !== comma && !/^[+-]?\d+$/.test(number)) {
    if (dot) column.dotOnly++;
    else column.commaOnly++;
    if (!native) column.proof ??= { line, value };
  }
  if (dot || comma || native) {
    if (!native) column.example ??= { line, value };
    return;
  }
  seeDate(column, value, line);
}

function seeDate(column: Column, value: string, line: number): void {
  const day = DAY_FIRST.exec(value);
  if (day !== null) {
    const [first, second] = [Number(day[1]), Number(day[3])];
    if (first > 31 || second > 31 || (first > 12 && second > 12) || first === 0 || second === 0) return;
    column.date++;
    column.example ??= { line, value };
    if (day[2] === ".") column.dots++;
    if (first > 12) column.dayFirst++;
    if (second > 12) column.monthFirst++;
    if (first > 12 || second > 12) column.proof ??= { line, value };
  } else if (YEAR_FIRST.test(value) ? !ISO.test(value) : namedDate(value) !== null) {
    if (/^\d{4}/.test(value)) column.year++;
    else column.named++;
    column.example ??= { line, value };
  }
}

export interface FormatTracker {
  add(fields: readonly (string | null)[], line: number): void;
  /** True where some column has values that PostgreSQL would not read as they are. */
  suspects(): boolean;
  finish(names: readonly string[], declared: DeclaredFormats): FoundFormats;
}

export interface FoundFormats {
  /** Per column; null: as PostgreSQL reads it, no number or date, or not to be decided. */
  formats: (ValueFormat | null)[];
  evidence: string[];
  /** Columns whose values can be read in two ways, by name. */
  ambiguous: string[];
}

/**
 * Of `places` (column numbers; default all) finds how they write numbers and dates; dates alone where numbers are
 * the format's own (JSON), so that a text of digits stays one.
 */
export function newFormatTracker(
  width: number,
  places?: ReadonlySet<number>,
  kinds: "all" | "dates" = "all",
): FormatTracker {
  const columns = Array.from({ length: width }, newColumn);
  return {
    add(fields, line) {
      for (let i = 0; i < width; i++) {
        if (places !== undefined && !places.has(i)) continue;
        const value = fields[i]?.trim();
        if (value === undefined || NOTHING.has(value)) continue;
        if (kinds === "all") see(columns[i]!, value, line);
        else {
          columns[i]!.values++;
          if (value.length <= MAX_LENGTH) seeDate(columns[i]!, value, line);
        }
      }
    },
    suspects: () => columns.some((column) => isNumber(column) || isDate(column) || hasPoints(column)),
    finish: (names, declared) => decide(columns, names, declared),
  };
}

const most = (count: number, column: Column): boolean => count > 0 && count >= column.values * ENOUGH;
/** Numbers of which some are read in a country's way alone; what is no number in any way says nothing of it. */
const isNumber = (column: Column): boolean =>
  column.native < Math.max(column.dot, column.comma) &&
  // Where all are in brackets, these say something else.
  column.brackets < Math.max(column.dot, column.comma) &&
  (most(column.dot, column) || most(column.comma, column));
const isDate = (column: Column): boolean =>
  [column.date, column.year, column.named].some((count) => most(count, column));
/** 1.234: a fraction, unless the file turns out to write points between thousands. */
const hasPoints = (column: Column): boolean =>
  column.values > 0 && column.native === column.values && column.points > 0 && most(column.comma, column);

function outweighs(count: number, other: number): boolean {
  return count > 0 && count >= other * OUTWEIGHS;
}

type Decision<T> = T | "ambiguous" | null;

function decimalOf(column: Column): Decision<"." | ","> {
  if (!isNumber(column)) return null;
  const [dot, comma] = [most(column.dot, column), most(column.comma, column)];
  if (dot && !comma) return ".";
  if (comma && !dot) return ",";
  if (outweighs(column.dotOnly, column.commaOnly)) return ".";
  if (outweighs(column.commaOnly, column.dotOnly)) return ",";
  // 1 234, 1'234 and 5 % are the same in both.
  return column.marked + column.dotOnly + column.commaOnly === 0 ? "." : "ambiguous";
}

function orderOf(column: Column): Decision<DateOrder | "named"> {
  if (!isDate(column)) return null;
  if (column.named > Math.max(column.date, column.year)) return "named";
  if (column.year > column.date) return "ymd";
  if (outweighs(column.dayFirst, column.monthFirst)) return "dmy";
  if (outweighs(column.monthFirst, column.dayFirst)) return "mdy";
  if (column.dayFirst + column.monthFirst > 0) return null;
  // Nobody writes month.day.year.
  return column.dots === column.date ? "dmy" : "ambiguous";
}

/** What the columns that can be decided agree on; null where they do not, or there are none. */
function agreed<T>(decisions: readonly Decision<T>[]): T | null {
  const sure = new Set(decisions.filter((one): one is T & {} => one !== null && one !== "ambiguous"));
  return sure.size === 1 ? [...sure][0]! : null;
}

function decide(
  columns: readonly Column[],
  names: readonly string[],
  declared: DeclaredFormats,
): FoundFormats {
  const decimals = columns.map(decimalOf);
  const orders = columns.map(orderOf);
  const proven = columns.map((column, i) => (column.proof !== null ? decimals[i]! : null));
  const decimal = declared.decimal ?? agreed(proven);
  const order =
    declared.dateOrder ??
    agreed(
      orders.map((one, i) => (one !== "named" && (columns[i]!.proof !== null || one === "dmy") ? one : null)),
    );
  const found: FoundFormats = { formats: [], evidence: [], ambiguous: [] };
  for (const [i, column] of columns.entries()) {
    const name = names[i] ?? `column ${i + 1}`;
    found.formats.push(
      numberFormat(column, name, decimals[i]!, decimal, declared, found) ??
        dateFormat(column, name, orders[i]!, order, declared, found),
    );
  }
  return found;
}

const quote = (seen: { line: number; value: string } | null): string =>
  seen === null ? "" : `, as in ${JSON.stringify(seen.value)} (line ${seen.line})`;

function numberFormat(
  column: Column,
  name: string,
  own: Decision<"." | ",">,
  file: "." | "," | null,
  declared: DeclaredFormats,
  found: FoundFormats,
): ValueFormat | null {
  const points = hasPoints(column) && file === ",";
  if (own === null && !points) return null;
  if (column.units.size > 1) {
    found.evidence.push(
      `column ${name}: amounts in several units (${[...column.units].join(", ")}), so its values stay as they are written`,
    );
    return null;
  }
  const fits = file !== null && most(file === "," ? column.comma : column.dot, column);
  const decimal = own === "ambiguous" || points || declared.decimal !== undefined ? (fits ? file : own) : own;
  if (decimal === "ambiguous" || decimal === null) {
    found.ambiguous.push(name);
    found.evidence.push(
      `column ${name}: ambiguous: ${column.values} values can be read with a comma as decimal sign or between thousands${quote(column.example)}; declare decimal`,
    );
    return null;
  }
  const why =
    declared.decimal !== undefined
      ? "as declared"
      : own === "ambiguous" || points
        ? "as other columns of the file prove"
        : `${Math.max(column.dot, column.comma)} of ${column.values} values${quote(column.proof ?? column.example)}`;
  found.evidence.push(
    `column ${name}: numbers with ${decimal === "," ? "a decimal comma" : "a decimal point and thousands separators"}${besides(column)}: ${why}`,
  );
  const [unit = null] = column.units;
  return { kind: "number", decimal, ...(unit !== null || column.brackets > 0 ? { unit } : {}) };
}

/** What of the values is no part of the number. */
function besides(column: Column): string {
  const [unit] = column.units;
  return `${unit === undefined ? "" : unit === "%" ? ", percent signs left out (5 % is 5)" : `, amounts in ${unit}`}${column.brackets > 0 ? ", below zero in brackets" : ""}`;
}

function dateFormat(
  column: Column,
  name: string,
  own: Decision<DateOrder | "named">,
  file: DateOrder | null,
  declared: DeclaredFormats,
  found: FoundFormats,
): ValueFormat | null {
  if (own === null) return null;
  // A declared order does not overrule values that begin with the year.
  const decided =
    own === "ymd" || own === "named"
      ? own
      : own === "ambiguous" || declared.dateOrder !== undefined
        ? (file ?? own)
        : own;
  if (decided === "ambiguous" || (decided === "ymd" && own !== "ymd")) {
    found.ambiguous.push(name);
    found.evidence.push(
      `column ${name}: ambiguous: ${column.values} dates can be read as day-month and as month-day${quote(column.example)}; declare dateOrder`,
    );
    return null;
  }
  const spelled = {
    dmy: "day-month-year",
    mdy: "month-day-year",
    ymd: "year-month-day",
    named: "day, month's name and year",
  }[decided];
  const why =
    declared.dateOrder !== undefined && own !== "ymd" && own !== "named"
      ? "as declared"
      : own === "ambiguous"
        ? "as other columns of the file prove"
        : column.proof === null && own === "dmy"
          ? `dots are written in this order only${quote(column.example)}`
          : `${column.date + column.year + column.named} of ${column.values} values${quote(column.proof ?? column.example)}`;
  found.evidence.push(`column ${name}: dates as ${spelled}: ${why}`);
  return { kind: "date", order: decided };
}

/** The value as PostgreSQL reads it; what is not of the format comes back as it is. */
export function convertValue(format: ValueFormat, value: string): string {
  const text = value.trim();
  if (text.length > MAX_LENGTH) return value;
  if (format.kind === "date")
    return format.order === "named" ? (namedDate(text) ?? value) : isoDate(text, format.order, value);
  const amount = format.unit === undefined ? null : amountOf(text);
  if (amount?.unit && amount.unit !== format.unit) return value;
  return plainNumber(amount?.number ?? text, format.decimal, value);
}

function plainNumber(text: string, decimal: "." | ",", value: string): string {
  if (!(decimal === "," ? COMMA : DOT).test(text)) return value;
  const bare = text
    .replace("\u2212", "-")
    .replace(/^\+/, "")
    .replace(/[ \u00a0\u202f'\u2019]/g, "");
  return decimal === "," ? bare.replaceAll(".", "").replace(",", ".") : bare.replaceAll(",", "");
}

const pad = (part: string): string => part.padStart(2, "0");

function isoDate(text: string, order: DateOrder, value: string): string {
  const match = (order === "ymd" ? YEAR_FIRST : DAY_FIRST).exec(text);
  if (match === null) return value;
  const [, a, , b, c] = match as unknown as string[];
  const [year, month, day] = order === "ymd" ? [a!, b!, c!] : order === "dmy" ? [c!, b!, a!] : [c!, a!, b!];
  const clock = clockOf(match[5], match[6], match[7], match[8], match[9]);
  return clock === null ? value : `${year}-${pad(month)}-${pad(day)}${clock}`;
}

/** What a language's and country's people write, by its tag (de-DE). Throws RangeError for what is no tag. */
export function formatsOfLocale(tag: string): DeclaredFormats {
  const decimal = new Intl.NumberFormat(tag)
    .formatToParts(1.5)
    .find((part) => part.type === "decimal")?.value;
  const order = new Intl.DateTimeFormat(tag, {
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    calendar: "gregory",
  })
    .formatToParts(new Date(Date.UTC(2026, 0, 2)))
    .map((part) => ({ day: "d", month: "m", year: "y" })[part.type as "day" | "month" | "year"] ?? "")
    .join("");
  const dateOrder = (["dmy", "mdy", "ymd"] as const).find((one) => one === order);
  return {
    ...(decimal === "," || decimal === "." ? { decimal } : {}),
    ...(dateOrder === undefined ? {} : { dateOrder }),
  };
}
