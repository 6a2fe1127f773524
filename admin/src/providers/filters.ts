/** react-admin's filters and sorts in the words of PostGraphile's connection filter. */
import type { Row } from "./shapes.ts";

/** `firstName` as an order's enum value spells it: FIRST_NAME. */
export function enumName(attribute: string): string {
  return attribute.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toUpperCase();
}

export const orderOf = (attribute: string, order: "ASC" | "DESC"): string =>
  `${enumName(attribute)}_${order}`;

const OPERATORS: Record<string, string> = {
  contains: "includesInsensitive",
  from: "greaterThanOrEqualTo",
  to: "lessThanOrEqualTo",
  not: "notEqualTo",
};

function condition(operator: string | undefined, value: unknown): Row {
  if (operator === "empty") return { isNull: value === true || value === "true" };
  if (operator) return { [OPERATORS[operator] ?? operator]: value };
  return Array.isArray(value) ? { in: value } : { equalTo: value };
}

/** Inputs are named `field` or `field@operator`; react-hook-form makes a tree of names with dots. */
function flatten(values: Row, prefix = ""): [string, unknown][] {
  return Object.entries(values).flatMap(([name, value]) =>
    value !== null && typeof value === "object" && !Array.isArray(value)
      ? flatten(value as Row, `${prefix}${name}.`)
      : [[`${prefix}${name}`, value] as [string, unknown]],
  );
}

/** Adds a condition at a path: what stands before the last dot is a relation. */
function put(filter: Row, path: string[], wanted: Row): void {
  const [name = "", ...rest] = path;
  const inner: Row = { ...(filter[name] as Row | undefined) };
  if (rest.length > 0) put(inner, rest, wanted);
  else Object.assign(inner, wanted);
  filter[name] = inner;
}

// A number's input gives numbers, which a BigInt or a numeric of many digits does not take.
function coerce(scalar: string | undefined, value: unknown): unknown {
  if (scalar === undefined || Array.isArray(value)) return value;
  if (scalar === "Int" || scalar === "Float") return Number(value);
  if (scalar === "Boolean") return value === true || value === "true";
  return String(value);
}

/** The filter, or undefined where nothing is filtered. `row.` before a name is where a dataset's own columns live. */
export function filterOf(values: Row, scalars: Record<string, string> = {}): Row | undefined {
  const filter: Row = {};
  for (const [path, value] of flatten(values)) {
    if (value === undefined || value === null || value === "") continue;
    const [source = "", operator] = path.replace(/^row\./, "").split("@");
    put(filter, source.split("."), condition(operator, coerce(scalars[source], value)));
  }
  return Object.keys(filter).length > 0 ? filter : undefined;
}

/** Picks rows by their keys. */
export function keysFilter(keys: Row[]): Row {
  const attributes = Object.keys(keys[0] ?? {});
  if (attributes.length === 1) {
    const attribute = attributes[0]!;
    return { [attribute]: { in: keys.map((key) => key[attribute]) } };
  }
  const one = (key: Row) =>
    Object.fromEntries(Object.entries(key).map(([name, value]) => [name, { equalTo: value }]));
  return keys.length === 1 ? one(keys[0]!) : { or: keys.map(one) };
}
