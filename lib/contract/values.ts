/**
 * Which PostgreSQL types a text is valid for, judged so strictly that the value means the same under any setting of
 * DateStyle and survives there and back: a leading zero or plus makes a code, not a number.
 */

export const INTEGER = 1;
export const BIGINT = 2;
export const NUMERIC = 4;
export const BOOLEAN = 8;
export const DATE = 16;
export const TIMESTAMPTZ = 32;
export const TIME = 64;
export const UUID = 128;
export const JSONB = 256;
export const ALL_TYPES = 511;

/** Longest text that is looked at as anything but text or jsonb. */
const MAX_SCALAR = 64;
/** Longest text that is tried as jsonb. */
const MAX_JSON = 1024 * 1024;

const NUMBER = /^-?(?:0|[1-9]\d*)?(?:\.\d+)?(?:[eE][+-]?\d{1,2})?$/;
const BOOLEANS = new Set(["true", "false", "t", "f", "yes", "no"]);
const DAY = /^(\d{4})-(\d\d)-(\d\d)$/;
const STAMP =
  /^(\d{4})-(\d\d)-(\d\d)[T ](?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,6})?)?( ?(?:Z|[+-](?:0\d|1[0-4])(?::?[0-5]\d)?))?$/;
const CLOCK = /^(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,6})?)?$/;
const IDENTIFIER = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const MONTH_DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function isDay(year: number, month: number, day: number): boolean {
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > MONTH_DAYS[month - 1]!) return false;
  if (month !== 2 || day < 29) return true;
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

const MAX_INTEGER = 2147483647;
const MAX_BIGINT = 9223372036854775807n;

function numberTypes(value: string): number {
  if (!NUMBER.test(value) || !/\d/.test(value)) return 0;
  if (value === "-0" || /^-?[eE]/.test(value)) return 0;
  if (!/^-?\d+$/.test(value)) return NUMERIC;
  const digits = value.startsWith("-") ? value.length - 1 : value.length;
  if (digits < 10) return INTEGER | BIGINT | NUMERIC;
  if (digits < 16)
    return Math.abs(Number(value)) <= MAX_INTEGER ? INTEGER | BIGINT | NUMERIC : BIGINT | NUMERIC;
  if (digits > 19) return NUMERIC;
  const big = BigInt(value);
  return big <= MAX_BIGINT && big >= -MAX_BIGINT ? BIGINT | NUMERIC : NUMERIC;
}

/** The types among `candidates` (bits) that `value` is valid for. */
export function typesOf(value: string, candidates: number): number {
  if (candidates === 0) return 0;
  const first = value.charCodeAt(0);
  if (first === 123 || first === 91) return (candidates & JSONB) !== 0 && isJson(value) ? JSONB : 0;
  if (value.length > MAX_SCALAR) return 0;
  let types = 0;
  if ((candidates & (INTEGER | BIGINT | NUMERIC)) !== 0) types |= numberTypes(value);
  if (types !== 0) return types & candidates;
  if ((candidates & (DATE | TIMESTAMPTZ)) !== 0) {
    const day = DAY.exec(value);
    if (day !== null) types = isDay(Number(day[1]), Number(day[2]), Number(day[3])) ? DATE | TIMESTAMPTZ : 0;
    else {
      const stamp = STAMP.exec(value);
      if (stamp !== null && isDay(Number(stamp[1]), Number(stamp[2]), Number(stamp[3]))) types = TIMESTAMPTZ;
    }
  }
  if ((candidates & TIME) !== 0 && CLOCK.test(value)) types |= TIME;
  if ((candidates & BOOLEAN) !== 0 && BOOLEANS.has(value.toLowerCase())) types |= BOOLEAN;
  if ((candidates & UUID) !== 0 && IDENTIFIER.test(value)) types |= UUID;
  return types & candidates;
}

/** Whether a timestamp that typesOf accepts names no zone, so that the session's would be taken. */
export function hasNoZone(value: string): boolean {
  return DAY.test(value) || STAMP.exec(value)?.[4] === undefined;
}

function isJson(value: string): boolean {
  // PostgreSQL refuses \u0000 and lone surrogates in jsonb; escapes of surrogates are refused here as a whole.
  if (value.length > MAX_JSON || /\\u(?:0000|[dD][89a-fA-F])/.test(value)) return false;
  try {
    JSON.parse(value);
    return true;
  } catch {
    return false;
  }
}
