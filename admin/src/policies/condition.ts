/** The condition language of docs/reference/policies.md as a tree that can be edited piece by piece. */

export const COMPARISONS = [
  "eq",
  "ne",
  "lt",
  "lte",
  "gt",
  "gte",
  "in",
  "not_in",
  "contains",
  "starts_with",
  "ends_with",
  "matches",
  "cidr",
  "is_null",
] as const;
export type Comparison = (typeof COMPARISONS)[number];

export const SOURCES = ["row", "user", "object", "context"] as const;
export type Source = (typeof SOURCES)[number];

export interface Operand {
  kind: Source | "value";
  /** The attribute's name, or the value as it is typed; lists by commas. */
  text: string;
}

export type Json = Record<string, unknown>;

/** Ids keep what is typed with its part while others come and go. */
export type Part =
  | { id: number; op: "all" | "any"; parts: Part[] }
  | { id: number; op: "not"; parts: [Part] }
  | { id: number; op: Comparison; left: Operand; right: Operand }
  /** What the builder does not draw: shown as it is. */
  | { id: number; op: "json"; json: Json };

let last = 0;
const nextId = (): number => {
  last += 1;
  return last;
};

export const newComparison = (kind: Source): Part => ({
  id: nextId(),
  op: "eq",
  left: { kind, text: "" },
  right: { kind: "value", text: "" },
});

export const newGroup = (op: "all" | "any", parts: Part[]): Part => ({ id: nextId(), op, parts });
export const negated = (part: Part): Part => ({ id: nextId(), op: "not", parts: [part] });

const takesList = (op: Comparison): boolean => op === "in" || op === "not_in" || op === "cidr";
const isSource = (name: string): name is Source => (SOURCES as readonly string[]).includes(name);

const textOf = (value: unknown): string =>
  Array.isArray(value)
    ? value.map(textOf).join(", ")
    : typeof value === "string"
      ? value
      : JSON.stringify(value);

/** The operand, or null where it is of a kind that the builder does not draw. */
function operandOf(json: unknown): Operand | null {
  if (typeof json !== "object" || json === null || Array.isArray(json))
    return { kind: "value", text: textOf(json) };
  const [entry, ...more] = Object.entries(json);
  if (!entry || more.length > 0) return null;
  const [name, value] = entry;
  if (isSource(name)) return { kind: name, text: String(value) };
  return name === "timestamp" ? { kind: "value", text: String(value) } : null;
}

function comparisonOf(op: Comparison, value: unknown): Part | null {
  if (op === "is_null") {
    const left = operandOf(value);
    return left && left.kind !== "value"
      ? { id: nextId(), op, left, right: { kind: "value", text: "" } }
      : null;
  }
  if (!Array.isArray(value) || value.length !== 2) return null;
  const [left, right] = [operandOf(value[0]), operandOf(value[1])];
  return left && right && left.kind !== "value" ? { id: nextId(), op, left, right } : null;
}

export function partOf(json: Json): Part {
  const entries = Object.entries(json);
  const [op, value] = entries[0] ?? ["", null];
  if (entries.length === 1) {
    if ((op === "all" || op === "any") && Array.isArray(value))
      return newGroup(
        op,
        value.map((one) => partOf(one as Json)),
      );
    if (op === "not" && typeof value === "object" && value !== null) return negated(partOf(value as Json));
    if ((COMPARISONS as readonly string[]).includes(op)) {
      const found = comparisonOf(op as Comparison, value);
      if (found) return found;
    }
  }
  return { id: nextId(), op: "json", json };
}

const NUMBER = /^-?\d+(\.\d+)?$/;

/** What is typed, as a value of the kind that the other side has. */
function literal(text: string, type: string | undefined): unknown {
  if (type === "timestamptz" && !Number.isNaN(Date.parse(text)))
    return { timestamp: new Date(text).toISOString() };
  if (type === "boolean" || type === undefined) {
    if (text === "true") return true;
    if (text === "false") return false;
  }
  const numeric = type === undefined || /^(integer|bigint|numeric|double precision|real|smallint)/.test(type);
  return numeric && NUMBER.test(text) ? Number(text) : text;
}

export type Types = ReadonlyMap<string, string>;

function jsonOfOperand(operand: Operand, list: boolean, type: string | undefined): unknown {
  if (operand.kind !== "value") return { [operand.kind]: operand.text };
  if (!list) return literal(operand.text, type);
  const parts = operand.text.split(",").map((part) => part.trim());
  return parts.filter((part) => part !== "").map((part) => literal(part, type));
}

/** Attributes of the request and of people whose kind is always the same. */
const FIXED = new Map([
  ["user email", "text"],
  ["user role", "text"],
  ["user id", "text"],
  ["context network", "text"],
  ["context road", "text"],
  ["context time", "timestamptz"],
  ["object name", "text"],
  ["object owner", "text"],
]);

export function jsonOf(part: Part, types: Types): Json {
  switch (part.op) {
    case "all":
    case "any":
      return { [part.op]: part.parts.map((one) => jsonOf(one, types)) };
    case "not":
      return { not: jsonOf(part.parts[0], types) };
    case "json":
      return part.json;
    case "is_null":
      return { is_null: { [part.left.kind]: part.left.text } };
    default: {
      const { left, right, op } = part;
      const type = left.kind === "row" ? types.get(left.text) : FIXED.get(`${left.kind} ${left.text}`);
      const textual = ["contains", "starts_with", "ends_with", "matches", "cidr"].includes(op)
        ? "text"
        : type;
      return { [op]: [jsonOfOperand(left, false, undefined), jsonOfOperand(right, takesList(op), textual)] };
    }
  }
}

/** True where every comparison names both of its sides. */
export function isWhole(part: Part): boolean {
  if (part.op === "json") return true;
  if ("parts" in part) return part.parts.length > 0 && part.parts.every(isWhole);
  return part.left.text !== "" && (part.op === "is_null" || part.right.text !== "");
}
