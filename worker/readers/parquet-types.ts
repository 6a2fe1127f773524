/** Parquet's types: the contract's type for each, and values as the texts that PostgreSQL reads exactly. */
import { isUtf8 } from "node:buffer";
import type { SchemaTree } from "hyparquet";
import type { FieldType } from "../../lib/contract/types.ts";

type SchemaElement = SchemaTree["element"];

export interface ParquetColumn {
  name: string;
  /** null: only the values can tell. */
  type: FieldType | null;
  /** As the file declares it, for people. */
  declared: string;
  text: (value: unknown) => string | null;
  /** Nothing nested or repeated. */
  flat: boolean;
}

const MAX_PRECISION = 1000;

/** Timestamps and dates come as texts already, so that a dictionary's values are converted once. */
export const PARSERS = {
  timestampFromMilliseconds: (value: bigint) => stamp(BigInt(value) * 1000n),
  timestampFromMicroseconds: (value: bigint) => stamp(BigInt(value)),
  timestampFromNanoseconds: (value: bigint) => stamp(BigInt(value) / 1000n),
  dateFromDays: (days: number) => day(days),
  stringFromBytes: (bytes: Uint8Array) => utf8(bytes),
  jsonFromBytes: (bytes: Uint8Array) => utf8(bytes),
  uuidFromBytes: (bytes: Uint8Array) => uuid(bytes),
  geometryFromBytes: (bytes: Uint8Array) => hex(bytes),
  geographyFromBytes: (bytes: Uint8Array) => hex(bytes),
};

// Null values of dictionaries and pages come as they are.
function utf8(bytes: Uint8Array): string | undefined {
  return bytes && Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
}

function hex(bytes: Uint8Array): string {
  return bytes && `\\x${Buffer.from(bytes).toString("hex")}`;
}

function uuid(bytes: Uint8Array): string {
  const digits = Buffer.from(bytes).toString("hex");
  return [
    digits.slice(0, 8),
    digits.slice(8, 12),
    digits.slice(12, 16),
    digits.slice(16, 20),
    digits.slice(20),
  ].join("-");
}

const pad = (value: number, digits: number): string => String(value).padStart(digits, "0");

let lastDay = Number.NaN;
let lastText = "";

function day(days: number): string | undefined {
  if (days === undefined || days === null) return undefined;
  if (days === lastDay) return lastText;
  const date = new Date(days * 86_400_000);
  // Beyond what a date can be: PostgreSQL refuses the number, and the row says why.
  if (Number.isNaN(date.getTime()) || date.getUTCFullYear() < 1) return String(days);
  const text = `${pad(date.getUTCFullYear(), 4)}-${pad(date.getUTCMonth() + 1, 2)}-${pad(date.getUTCDate(), 2)}`;
  [lastDay, lastText] = [days, text];
  return text;
}

const MICROS_A_DAY = 86_400_000_000;

function clock(micros: number): string {
  const seconds = Math.floor(micros / 1_000_000);
  const rest = micros - seconds * 1_000_000;
  const whole = `${pad(Math.floor(seconds / 3600), 2)}:${pad(Math.floor(seconds / 60) % 60, 2)}:${pad(seconds % 60, 2)}`;
  return rest === 0 ? whole : `${whole}.${pad(rest, 6)}`;
}

/** Microseconds since 1970, always in UTC: a timestamp without a zone is taken as UTC, as everywhere. */
function stamp(micros: bigint): string {
  const value = Number(micros);
  if (Number.isSafeInteger(value)) {
    const days = Math.floor(value / MICROS_A_DAY);
    return `${day(days)} ${clock(value - days * MICROS_A_DAY)}Z`;
  }
  // Before 1684 and after 2255 a number does not hold all microseconds.
  const length = BigInt(MICROS_A_DAY);
  const rest = ((micros % length) + length) % length;
  return `${day(Number((micros - rest) / length))} ${clock(Number(rest))}Z`;
}

function decimal(unscaled: bigint, scale: number): string {
  const negative = unscaled < 0n;
  const digits = (negative ? -unscaled : unscaled).toString().padStart(scale + 1, "0");
  const text = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
  return negative ? `-${text}` : text;
}

function bigEndian(bytes: Uint8Array): bigint {
  if (bytes.length === 0) return 0n;
  return BigInt.asIntN(bytes.length * 8, BigInt(`0x${Buffer.from(bytes).toString("hex")}`));
}

/** The shortest text that is the same single-precision number. */
function single(value: number): string {
  for (let digits = 6; digits < 9; digits++) {
    const text = String(Number(value.toPrecision(digits)));
    if (Math.fround(Number(text)) === value) return text;
  }
  return String(Number(value.toPrecision(9)));
}

/** Nested values as JSON. Numbers keep all their digits. */
function json(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  return JSON.stringify(value, (_key, item: unknown) => {
    if (typeof item === "bigint")
      return (JSON as unknown as { rawJSON(s: string): unknown }).rawJSON(String(item));
    if (item instanceof Uint8Array) return isUtf8(item) ? Buffer.from(item).toString("utf8") : hex(item);
    if (typeof item === "number" && !Number.isFinite(item)) return String(item);
    return item;
  });
}

type Reading = Pick<ParquetColumn, "type" | "declared" | "text">;

const some =
  <T>(text: (value: T) => string) =>
  (value: unknown): string | null =>
    value === null || value === undefined ? null : text(value as T);
const asIs = some<unknown>(String);
const bytesText = some<Uint8Array | string>((value) =>
  typeof value === "string" ? value : isUtf8(value) ? utf8(value)! : hex(value),
);

function decimalReading(precision: number, scale: number): Reading {
  const text = some<unknown>((value) =>
    decimal(value instanceof Uint8Array ? bigEndian(value) : BigInt(value as number), scale),
  );
  const fits = precision > 0 && precision <= MAX_PRECISION && scale >= 0 && scale <= precision;
  return {
    type: fits ? `numeric(${precision},${scale})` : "numeric",
    declared: `DECIMAL(${precision},${scale})`,
    text,
  };
}

function timeReading(perMicro: number): Reading {
  return {
    type: "time",
    declared: "TIME",
    text: some<unknown>((v) => clock(Math.floor(Number(v) / perMicro))),
  };
}

/** By the logical type, or the older converted type that says the same. */
function annotated(element: SchemaElement): Reading | null {
  const { converted_type: converted, logical_type: logical, precision = 0, scale = 0 } = element;
  if (logical?.type === "DECIMAL") return decimalReading(logical.precision, logical.scale);
  if (converted === "DECIMAL") return decimalReading(precision, scale);
  if (logical?.type === "TIMESTAMP" || converted?.startsWith("TIMESTAMP"))
    return { type: "timestamptz", declared: "TIMESTAMP", text: asIs };
  if (logical?.type === "DATE" || converted === "DATE") return { type: "date", declared: "DATE", text: asIs };
  if (logical?.type === "TIME") return timeReading({ MILLIS: 0.001, MICROS: 1, NANOS: 1000 }[logical.unit]);
  if (converted === "TIME_MILLIS") return timeReading(0.001);
  if (converted === "TIME_MICROS") return timeReading(1);
  if (logical?.type === "UUID") return { type: "uuid", declared: "UUID", text: some(uuid) };
  if (logical?.type === "JSON" || converted === "JSON")
    return { type: "jsonb", declared: "JSON", text: bytesText };
  if (logical?.type === "STRING" || logical?.type === "ENUM" || converted === "UTF8" || converted === "ENUM")
    return { type: "text", declared: "STRING", text: bytesText };
  if (logical?.type === "INTEGER" && !logical.isSigned) return unsigned(logical.bitWidth);
  if (converted?.startsWith("UINT_")) return unsigned(Number(converted.slice(5)));
  if (logical?.type === "FLOAT16") return { type: "numeric", declared: "FLOAT16", text: asIs };
  if (logical?.type === "NULL") return { type: null, declared: "NULL", text: () => null };
  return null;
}

function unsigned(bits: number): Reading {
  const text = some<number | bigint>((value) => String(BigInt.asUintN(bits, BigInt(value))));
  return {
    type: bits >= 64 ? "numeric" : bits === 32 ? "bigint" : "integer",
    declared: `UINT_${bits}`,
    text,
  };
}

function physical(element: SchemaElement): Reading {
  switch (element.type) {
    case "BOOLEAN":
      return { type: "boolean", declared: "BOOLEAN", text: asIs };
    case "INT32":
      return { type: "integer", declared: "INT32", text: asIs };
    case "INT64":
      return { type: "bigint", declared: "INT64", text: asIs };
    case "INT96":
      return { type: "timestamptz", declared: "INT96 timestamp", text: asIs };
    case "FLOAT":
      return { type: "numeric", declared: "FLOAT", text: some(single) };
    case "DOUBLE":
      return { type: "numeric", declared: "DOUBLE", text: asIs };
    default:
      return { type: "text", declared: element.type ?? "bytes", text: bytesText };
  }
}

/** How a top-level column is read. Its annotations are taken off `element` where the library must not act on them. */
export function columnOf(element: SchemaElement, nested: boolean): ParquetColumn {
  const flat = !nested && element.repetition_type !== "REPEATED";
  if (!flat) return { name: element.name, type: "jsonb", declared: "nested", text: json, flat };
  const reading = annotated(element) ?? physical(element);
  const { logical_type: logical, converted_type: converted } = element;
  const kept =
    reading.declared === "TIMESTAMP" || reading.declared === "DATE" || reading.declared === "FLOAT16";
  if (kept) {
    // The library looks for dates in the older annotation only.
    if (reading.declared === "DATE") element.converted_type = "DATE";
  } else if (logical !== undefined || converted !== undefined) {
    element.logical_type = reading.declared === "STRING" ? { type: "STRING" } : undefined;
    element.converted_type = reading.declared === "STRING" ? "UTF8" : undefined;
  }
  return { name: element.name, ...reading, flat };
}
