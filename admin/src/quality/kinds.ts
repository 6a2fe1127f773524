/** What each kind of rule is told, for forms to be made from; docs/reference/quality.md has the same in words. */

export type Input =
  | "text"
  | "number"
  | "lines"
  | "patterns"
  | "type"
  | "operator"
  | "dataset"
  | "field_there"
  | "field_here"
  | "deciders"
  | "measure"
  | "format";

export interface Parameter {
  name: string;
  input: Input;
  required?: boolean;
}

export interface KindSpec {
  /** Fewest and most fields. */
  fields: readonly [number, number];
  parameters: readonly Parameter[];
  /** One number that must lie between bounds, instead of rows that fail. */
  statistic?: boolean;
}

const low: Parameter = { name: "min", input: "number" };
const high: Parameter = { name: "max", input: "number" };
const readAs: Parameter = { name: "type", input: "type" };

export const KINDS: Record<string, KindSpec> = {
  required: { fields: [1, 1], parameters: [] },
  type: { fields: [1, 1], parameters: [{ ...readAs, required: true }] },
  range: {
    fields: [1, 1],
    parameters: [{ name: "min", input: "text" }, { name: "max", input: "text" }, readAs],
  },
  format: { fields: [1, 1], parameters: [{ name: "format", input: "format", required: true }] },
  length: { fields: [1, 1], parameters: [low, high] },
  pattern: { fields: [1, 1], parameters: [{ name: "pattern", input: "patterns", required: true }] },
  allowed_values: { fields: [1, 1], parameters: [{ name: "values", input: "lines", required: true }] },
  not_in_future: { fields: [1, 1], parameters: [] },
  reference: {
    fields: [1, 1],
    parameters: [
      { name: "dataset", input: "dataset", required: true },
      { name: "field", input: "field_there", required: true },
    ],
  },
  comparison: {
    fields: [1, 2],
    parameters: [
      { name: "operator", input: "operator", required: true },
      { name: "value", input: "text" },
      readAs,
    ],
  },
  uniqueness: { fields: [1, 16], parameters: [] },
  functional_dependency: {
    fields: [1, 15],
    parameters: [
      { name: "to", input: "field_here", required: true },
      { name: "deciders", input: "deciders" },
      { name: "confidence", input: "number" },
    ],
  },
  row_count: { fields: [0, 0], parameters: [low, high], statistic: true },
  row_count_change: {
    fields: [0, 0],
    parameters: [
      { name: "max_decrease", input: "number" },
      { name: "max_increase", input: "number" },
      { name: "loads", input: "number" },
    ],
    statistic: true,
  },
  null_share: { fields: [1, 1], parameters: [low, high], statistic: true },
  mean: { fields: [1, 1], parameters: [low, high], statistic: true },
  distinct_count: { fields: [1, 1], parameters: [low, high], statistic: true },
  freshness: {
    fields: [1, 1],
    parameters: [{ name: "max_hours", input: "number", required: true }],
    statistic: true,
  },
  reconciliation: {
    fields: [0, 1],
    parameters: [
      { name: "dataset", input: "dataset", required: true },
      { name: "measure", input: "measure" },
      { name: "field", input: "field_there" },
      { name: "tolerance", input: "number" },
    ],
    statistic: true,
  },
};

/** Known formats (docs/reference/rule-sets.md). */
export const FORMATS: readonly string[] = [
  ...["email", "phone", "url", "country2", "country3", "language", "currency", "iban", "bic", "lei", "isin"],
  ...[
    "aba_routing",
    "payment_card",
    "gtin",
    "sscc",
    "isbn",
    "hs_code",
    "npi",
    "icd10cm",
    "ndc",
    "cpt",
    "loinc",
  ],
  ...[
    "nhs_number",
    "dea_number",
    "vin",
    "vin_checked",
    "semver",
    "ip",
    "ipv4",
    "ipv6",
    "mac",
    "uuid",
    "imei",
  ],
  "sha256",
];

export const TYPES = [
  "integer",
  "bigint",
  "numeric",
  "date",
  "timestamptz",
  "time",
  "boolean",
  "uuid",
] as const;
export const OPERATORS = ["<", "<=", "=", "<>", ">=", ">"] as const;
