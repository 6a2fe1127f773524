/** The expression language once more, in TypeScript, from its reference page: what PostgreSQL must agree with. */
import { createHash } from "node:crypto";
import type { Node } from "../../lib/expressions/types.ts";

/** A decimal: digits * 10^-scale. */
export interface Decimal {
  digits: bigint;
  scale: number;
}
/** A date is its day number from 1970-01-01. */
export interface Day {
  day: number;
}
export type Value = null | string | boolean | Decimal | Day;

const TEN = 10n;

export function decimal(text: string): Decimal {
  const [, sign, whole, part] = /^\s*([-+]?)(\d*)\.?(\d*)\s*$/.exec(text)!;
  const digits = BigInt(`${whole || "0"}${part}`);
  return { digits: sign === "-" ? -digits : digits, scale: part!.length };
}

const isDecimal = (v: Value): v is Decimal => v !== null && typeof v === "object" && "digits" in v;
const isDay = (v: Value): v is Day => v !== null && typeof v === "object" && "day" in v;
const abs = (n: bigint): bigint => (n < 0n ? -n : n);

function scaled(v: Decimal, scale: number): bigint {
  return v.digits * TEN ** BigInt(scale - v.scale);
}

function pair(a: Decimal, b: Decimal): [bigint, bigint, number] {
  const scale = Math.max(a.scale, b.scale);
  return [scaled(a, scale), scaled(b, scale), scale];
}

/** n / d, half away from zero. */
function divideRound(n: bigint, d: bigint): bigint {
  const negative = n < 0n !== d < 0n;
  const rounded = (2n * abs(n) + abs(d)) / (2n * abs(d));
  return negative ? -rounded : rounded;
}

function round(v: Decimal, places: number): Decimal {
  if (places >= v.scale) return v;
  const rounded = divideRound(v.digits, TEN ** BigInt(v.scale - places));
  return places >= 0
    ? { digits: rounded, scale: places }
    : { digits: rounded * TEN ** BigInt(-places), scale: 0 };
}

function floor(v: Decimal): Decimal {
  const one = TEN ** BigInt(v.scale);
  const cut = v.digits / one;
  return { digits: v.digits < 0n && cut * one !== v.digits ? cut - 1n : cut, scale: 0 };
}

function whole(v: Decimal, least: number, most: number): number {
  const rounded = round(v, 0).digits;
  return rounded < BigInt(least) ? least : rounded > BigInt(most) ? most : Number(rounded);
}

function trimmed(v: Decimal): string {
  let { digits, scale } = v;
  while (scale > 0 && digits % TEN === 0n) {
    digits /= TEN;
    scale--;
  }
  const text = abs(digits)
    .toString()
    .padStart(scale + 1, "0");
  const body = scale === 0 ? text : `${text.slice(0, -scale)}.${text.slice(-scale)}`;
  return digits < 0n ? `-${body}` : body;
}

export function show(v: Value): string | null {
  if (v === null) return null;
  if (isDecimal(v)) return trimmed(v);
  if (isDay(v)) return new Date(v.day * 86_400_000).toISOString().slice(0, 10);
  return String(v);
}

function dayOf(text: string): Day | null {
  const found = /^\s*(\d{4}-\d{2}-\d{2})\s*$/.exec(text)?.[1];
  const time = found === undefined ? Number.NaN : Date.parse(`${found}T00:00:00Z`);
  if (Number.isNaN(time) || !new Date(time).toISOString().startsWith(found!) || found!.startsWith("0000"))
    return null;
  return { day: time / 86_400_000 };
}

function compareText(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

export function compare(a: Value, b: Value): number {
  if (isDecimal(a) && isDecimal(b)) {
    const [x, y] = pair(a, b);
    return x < y ? -1 : x > y ? 1 : 0;
  }
  if (isDay(a) || isDay(b)) return asDay(a).day - asDay(b).day;
  if (typeof a === "boolean" && typeof b === "boolean") return Number(a) - Number(b);
  return compareText(a as string, b as string);
}

function asDay(v: Value): Day {
  return isDay(v) ? v : dayOf(v as string)!;
}

type Evaluate = (node: Node) => Value;

const chars = (text: string): string[] => [...text];

const CALLS: Record<string, (args: Value[]) => Value> = {
  lower: ([t]) => (t as string).toLowerCase(),
  upper: ([t]) => (t as string).toUpperCase(),
  trim: ([t]) => (t as string).replace(/^ +| +$/g, ""),
  sha256: ([t]) =>
    createHash("sha256")
      .update(t as string)
      .digest("hex"),
  length: ([t]) => decimal(String(chars(t as string).length)),
  left: ([t, n]) =>
    chars(t as string)
      .slice(0, whole(n as Decimal, 0, 10_000))
      .join(""),
  right: ([t, n]) => {
    const count = whole(n as Decimal, 0, 10_000);
    return count === 0
      ? ""
      : chars(t as string)
          .slice(-count)
          .join("");
  },
  substring: ([t, from, count]) => {
    const start = whole(from as Decimal, -10_000, 10_000) - 1;
    const end = count === undefined ? Number.POSITIVE_INFINITY : start + whole(count as Decimal, 0, 10_000);
    return chars(t as string)
      .slice(Math.max(start, 0), Math.max(end, 0))
      .join("");
  },
  replace: ([t, a, b]) => (a === "" ? t! : (t as string).split(a as string).join(b as string)),
  split: ([t, separator, n]) => {
    const parts = separator === "" ? [t as string] : (t as string).split(separator as string);
    return parts[whole(n as Decimal, 1, 10_000) - 1] ?? "";
  },
  position: ([t, part]) => {
    const index = (t as string).indexOf(part as string);
    return decimal(String(index < 0 ? 0 : chars((t as string).slice(0, index)).length + 1));
  },
  contains: ([t, part]) => (t as string).includes(part as string),
  starts_with: ([t, part]) => (t as string).startsWith(part as string),
  ends_with: ([t, part]) => (t as string).endsWith(part as string),
  pad_left: ([t, n, fill]) => {
    const wanted = whole(n as Decimal, 0, 10_000);
    const text = chars(t as string);
    const missing = wanted - text.length;
    if (missing <= 0 || fill === "") return text.slice(0, wanted).join("");
    const pad = chars(fill as string);
    return Array.from({ length: missing }, (_, i) => pad[i % pad.length]!).join("") + text.join("");
  },
  abs: ([n]) => ({ ...(n as Decimal), digits: abs((n as Decimal).digits) }),
  sign: ([n]) => decimal(String(compare(n!, decimal("0")))),
  floor: ([n]) => floor(n as Decimal),
  ceil: ([n]) => {
    const down = floor({ ...(n as Decimal), digits: -(n as Decimal).digits });
    return { ...down, digits: -down.digits };
  },
  round: ([n, places]) => round(n as Decimal, places === undefined ? 0 : whole(places as Decimal, -20, 20)),
  year: ([d]) => decimal(show(d!)!.slice(0, 4)),
  month: ([d]) => decimal(show(d!)!.slice(5, 7)),
  day: ([d]) => decimal(show(d!)!.slice(8, 10)),
  weekday: ([d]) => decimal(String(new Date((d as Day).day * 86_400_000).getUTCDay() || 7)),
  start_of_month: ([d]) => dayOf(`${show(d!)!.slice(0, 8)}01`),
  start_of_year: ([d]) => dayOf(`${show(d!)!.slice(0, 4)}-01-01`),
  add_days: ([d, n]) => ({ day: (d as Day).day + whole(n as Decimal, -100_000, 100_000) }),
  days_between: ([from, to]) => decimal(String((to as Day).day - (from as Day).day)),
  text: ([v]) => show(v!),
  number: ([v]) => {
    if (typeof v === "string") return /^\s*[-+]?(\d+(\.\d*)?|\.\d+)\s*$/.test(v) ? decimal(v) : null;
    if (typeof v === "boolean") return decimal(v ? "1" : "0");
    return isDecimal(v!) ? v : null;
  },
  date: ([v]) => (isDay(v!) ? v : typeof v === "string" ? dayOf(v) : null),
  boolean: ([v]) => {
    if (typeof v === "boolean") return v;
    if (isDecimal(v!)) return v.digits !== 0n;
    const word = typeof v === "string" ? v.replace(/^ +| +$/g, "").toLowerCase() : "";
    if (["true", "t", "yes", "y", "1"].includes(word)) return true;
    return ["false", "f", "no", "n", "0"].includes(word) ? false : null;
  },
};

function call(name: string, nodes: Node[], evaluate: Evaluate): Value {
  if (name === "if") return evaluate(nodes[0]!) === true ? evaluate(nodes[1]!) : evaluate(nodes[2]!);
  const args = nodes.map(evaluate);
  const known = args.filter((v) => v !== null);
  if (name === "coalesce") return known[0] ?? null;
  if (name === "concat") return known.map(show).join("");
  if (name === "nullif")
    return args[0] !== null && args[1] !== null && compare(args[0]!, args[1]!) === 0 ? null : args[0]!;
  if (name === "least" || name === "greatest") {
    const sorted = known.sort(compare);
    return (name === "least" ? sorted[0] : sorted.at(-1)) ?? null;
  }
  return args.includes(null) ? null : CALLS[name]!(args);
}

function arithmetic(operator: string, a: Decimal, b: Decimal): Decimal | null {
  const [x, y, scale] = pair(a, b);
  if (operator === "+") return { digits: x + y, scale };
  if (operator === "-") return { digits: x - y, scale };
  if (operator === "*") return { digits: a.digits * b.digits, scale: a.scale + b.scale };
  if (y === 0n) return null;
  if (operator === "%") return { digits: x % y, scale };
  return { digits: divideRound(x * TEN ** 12n, y), scale: 12 };
}

function binary(operator: string, a: Value, b: Value): Value {
  if (operator === "and") return a === false || b === false ? false : a === null || b === null ? null : true;
  if (operator === "or") return a === true || b === true ? true : a === null || b === null ? null : false;
  if (a === null || b === null) return null;
  if (operator === "||") return `${show(a)}${show(b)}`;
  if ("+-*/%".includes(operator)) return arithmetic(operator, a as Decimal, b as Decimal);
  const order = compare(a, b);
  const holds: Record<string, boolean> = {
    "=": order === 0,
    "<>": order !== 0,
    "<": order < 0,
    "<=": order <= 0,
    ">": order > 0,
    ">=": order >= 0,
  };
  return holds[operator]!;
}

/** The value of an expression for one row. */
export function evaluateExpression(tree: Node, row: Record<string, Value>): Value {
  const evaluate: Evaluate = (node) => {
    switch (node.kind) {
      case "literal":
        if (node.type === "null") return null;
        if (node.type === "number") return decimal(node.value);
        return node.type === "boolean" ? node.value === "true" : node.value;
      case "field":
        return row[node.name]!;
      case "not": {
        const inner = evaluate(node.argument);
        return inner === null ? null : !inner;
      }
      case "negative": {
        const inner = evaluate(node.argument) as Decimal | null;
        return inner === null ? null : { ...inner, digits: -inner.digits };
      }
      case "binary":
        return binary(node.operator, evaluate(node.left), evaluate(node.right));
      case "is_null":
        return (evaluate(node.argument) === null) !== node.negated;
      case "in": {
        const wanted = evaluate(node.argument);
        const list = node.list.map(evaluate);
        if (wanted === null) return null;
        if (list.some((v) => v !== null && compare(v, wanted) === 0)) return !node.negated;
        return list.includes(null) ? null : node.negated;
      }
      case "case": {
        const met = node.branches.find((b) => evaluate(b.when) === true);
        return met ? evaluate(met.value) : node.otherwise === null ? null : evaluate(node.otherwise);
      }
      case "call":
        return call(node.name, node.args, evaluate);
    }
  };
  return evaluate(tree);
}
