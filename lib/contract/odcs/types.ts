/**
 * Data contracts in the Open Data Contract Standard 3.1 (https://bitol.io, schema odcs-json-schema-v3.1.0.json), and what
 * of them is a dataset here. Types are matched both ways in this file alone.
 */
import type { Rule } from "../../quality/rule.ts";
import type { FieldType } from "../types.ts";

export interface OdcsQuality {
  type?: string;
  metric?: string;
  rule?: string;
  mustBe?: unknown;
  mustBeLessOrEqualTo?: number;
  arguments?: { validValues?: unknown[] } & Record<string, unknown>;
  dimension?: string;
  severity?: string;
  description?: string;
  unit?: string;
  customProperties?: OdcsCustom[];
  [other: string]: unknown;
}

export interface OdcsCustom {
  property: string;
  value: unknown;
}

export interface OdcsProperty {
  name: string;
  physicalName?: string;
  businessName?: string;
  description?: string;
  logicalType?: string;
  logicalTypeOptions?: Record<string, unknown>;
  physicalType?: string;
  required?: boolean;
  unique?: boolean;
  primaryKey?: boolean;
  primaryKeyPosition?: number;
  tags?: string[];
  items?: unknown;
  relationships?: { type?: string; to?: string | string[] }[];
  quality?: OdcsQuality[];
  customProperties?: OdcsCustom[];
  [other: string]: unknown;
}

export interface OdcsObject {
  name: string;
  physicalName?: string;
  physicalType?: string;
  logicalType?: string;
  businessName?: string;
  description?: string;
  tags?: string[];
  properties?: OdcsProperty[];
  quality?: OdcsQuality[];
  customProperties?: OdcsCustom[];
  [other: string]: unknown;
}

export interface OdcsContract {
  apiVersion: string;
  kind: "DataContract";
  id: string;
  version: string;
  status: string;
  name?: string;
  tenant?: string;
  description?: { purpose?: string; [other: string]: unknown };
  schema?: OdcsObject[];
  [other: string]: unknown;
}

export const API_VERSION = "v3.1.0";

/** The standard has no place for these: they go into customProperties under these names. */
export const CUSTOM = {
  sourceName: "sourceName",
  sourceAliases: "sourceAliases",
  notInFuture: "notInFuture",
  nullTokens: "nullTokens",
  minimum: "minimum",
  maximum: "maximum",
  mode: "loadMode",
} as const;

/** A field as data.create_dataset takes it. */
export interface ContractField {
  name: string;
  sourceName?: string;
  sourceAliases?: string[];
  type: string;
  required?: boolean;
  minimum?: string;
  maximum?: string;
  pattern?: string;
  allowedValues?: string[];
  notInFuture?: boolean;
  nullTokens?: string[];
  references?: { dataset: string; field: string };
  description?: string;
  tags?: string[];
}

export interface DatasetContract {
  name: string;
  title: string;
  description: string;
  keyFields: string[];
  mode?: string;
  fields: ContractField[];
  /** Its deployed rules. */
  rules?: Rule[];
}

/** logicalType of each type; physicalType is the type itself. */
export const LOGICAL: Record<string, string> = {
  text: "string",
  integer: "integer",
  bigint: "integer",
  numeric: "number",
  boolean: "boolean",
  date: "date",
  timestamptz: "timestamp",
  time: "time",
  uuid: "string",
  jsonb: "object",
  "text[]": "array",
};

/** physicalType as databases and tools spell it, without its length. */
const PHYSICAL: Record<string, FieldType> = {
  text: "text",
  string: "text",
  char: "text",
  bpchar: "text",
  varchar: "text",
  nvarchar: "text",
  "character varying": "text",
  character: "text",
  smallint: "integer",
  int: "integer",
  int2: "integer",
  int4: "integer",
  integer: "integer",
  serial: "integer",
  tinyint: "integer",
  bigint: "bigint",
  int8: "bigint",
  bigserial: "bigint",
  long: "bigint",
  numeric: "numeric",
  decimal: "numeric",
  number: "numeric",
  real: "numeric",
  float: "numeric",
  float4: "numeric",
  float8: "numeric",
  double: "numeric",
  "double precision": "numeric",
  money: "numeric",
  bool: "boolean",
  boolean: "boolean",
  date: "date",
  timestamp: "timestamptz",
  timestamptz: "timestamptz",
  datetime: "timestamptz",
  "timestamp with time zone": "timestamptz",
  "timestamp without time zone": "timestamptz",
  time: "time",
  uuid: "uuid",
  uniqueidentifier: "uuid",
  json: "jsonb",
  jsonb: "jsonb",
  object: "jsonb",
  struct: "jsonb",
  map: "jsonb",
  record: "jsonb",
  "text[]": "text[]",
};

const OF_LOGICAL: Record<string, FieldType> = {
  string: "text",
  integer: "bigint",
  number: "numeric",
  boolean: "boolean",
  date: "date",
  timestamp: "timestamptz",
  time: "time",
  object: "jsonb",
  array: "jsonb",
};

const INTEGER_FORMATS: Record<string, FieldType> = {
  i8: "integer",
  i16: "integer",
  i32: "integer",
  u8: "integer",
  u16: "integer",
  i64: "bigint",
  u32: "bigint",
};

/** The type of a property here: its physical type where that is known and does not contradict the logical one. */
export function typeOfProperty({ physicalType, logicalType, logicalTypeOptions, items }: OdcsProperty): {
  type: string;
  guessed: boolean;
} {
  const written = (physicalType ?? "").trim().toLowerCase();
  const scale = /^(?:numeric|decimal|number)\((\d+),\s*(\d+)\)$/.exec(written);
  const isText = logicalType === "string" || logicalType === undefined;
  if (scale && !isText) return { type: `numeric(${scale[1]},${scale[2]})`, guessed: false };
  if (scale && logicalType === undefined) {
    return { type: `numeric(${scale[1]},${scale[2]})`, guessed: false };
  }
  if (logicalType === "string" && (written === "uuid" || logicalTypeOptions?.format === "uuid")) {
    return { type: "uuid", guessed: false };
  }
  if (logicalType === "array") {
    const item = items as OdcsProperty | undefined;
    const texts = written === "text[]" || item?.logicalType === "string";
    return { type: texts ? "text[]" : "jsonb", guessed: false };
  }
  const bare = written.replace(/[([<].*$/, "").trim();
  const physical = PHYSICAL[written] ?? PHYSICAL[bare];
  const logical = logicalType === undefined ? undefined : OF_LOGICAL[logicalType];
  if (logicalType === "integer") {
    const sized = INTEGER_FORMATS[String(logicalTypeOptions?.format ?? "")];
    if (sized) return { type: sized, guessed: false };
    return { type: physical === "integer" || physical === "bigint" ? physical : "bigint", guessed: false };
  }
  if (logical === undefined) return { type: physical ?? "text", guessed: physical === undefined };
  // A number stored as an integer is one; a text stored as a number is a text.
  const narrower: Record<string, FieldType[]> = {
    number: ["integer", "bigint", "numeric"],
    timestamp: ["timestamptz"],
    date: ["date", "timestamptz"],
    object: ["jsonb"],
  };
  const fits = physical !== undefined && (narrower[logicalType!] ?? []).includes(physical);
  return { type: fits ? physical : logical, guessed: false };
}
