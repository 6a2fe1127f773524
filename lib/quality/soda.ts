/**
 * SodaCL checks (YAML) and rules, for the kinds that both know. Checks that only compare a metric with fixed bounds; what
 * SodaCL has no word for (severity, action) travels as a check's attributes.
 */
import { parse, stringify } from "yaml";
import { z } from "zod";
import { AppError } from "../errors.ts";
import { fieldsOf, ownSettings, type Rule, ruleName, type Skipped } from "./rule.ts";

const MAX_CHECKS = 1000;
const fileShape = z.record(z.string(), z.unknown());
type Settings = Record<string, unknown>;
type Known = Pick<Rule, "kind" | "parameters"> & {
  fields: string[];
  max_failures?: number;
  max_share?: number;
};

const NUMBER = "(-?[0-9.]+)";
const CHECK = new RegExp(
  `^(\\w+)(?:\\(([^)]*)\\))?\\s*(?:(<=|>=|=|<|>)\\s*${NUMBER}\\s*(%|[dhm])?|between\\s+${NUMBER}\\s+and\\s+${NUMBER})$`,
);
const REFERENCE = /^values in \(([\w\s]+)\) must exist in (\w+) \(([\w\s]+)\)$/;
const SAME_COUNT = /^row_count same as (\w+)$/;
const HOURS: Record<string, number> = { d: 24, h: 1, m: 1 / 60 };

interface Bounds {
  min?: number;
  max?: number;
}

/** Bounds that are reached, of a metric of whole numbers also those that are not. */
function boundsOf(match: RegExpExecArray, whole: boolean): Bounds | null {
  const [, , , operator, value, , low, high] = match;
  if (operator === undefined) return { min: Number(low), max: Number(high) };
  const n = Number(value);
  if (operator === "=") return { min: n, max: n };
  if (operator === "<=") return { max: n };
  if (operator === ">=") return { min: n };
  if (!whole) return null;
  return operator === "<" ? { max: n - 1 } : { min: n + 1 };
}

/** Formats that both know, by their names there. */
const FORMATS: Record<string, string> = {
  email: "email",
  uuid: "uuid",
  "ip address": "ip",
  "ipv4 address": "ipv4",
  "ipv6 address": "ipv6",
  "credit card number": "payment_card",
};

const VALID: Record<string, (value: unknown) => Pick<Rule, "kind" | "parameters"> | null> = {
  "valid values": (v) =>
    Array.isArray(v) ? { kind: "allowed_values", parameters: { values: v.map(String) } } : null,
  "valid regex": (v) => ({
    kind: "pattern",
    parameters: { pattern: String(v).replace(/^\^/, "").replace(/\$$/, "") },
  }),
  "valid format": (v) =>
    typeof v === "string" && Object.hasOwn(FORMATS, v)
      ? { kind: "format", parameters: { format: FORMATS[v] } }
      : null,
  "valid min": (v) => ({ kind: "range", parameters: { min: v } }),
  "valid max": (v) => ({ kind: "range", parameters: { max: v } }),
  "valid min length": (v) => ({ kind: "length", parameters: { min: v } }),
  "valid max length": (v) => ({ kind: "length", parameters: { max: v } }),
  "valid length": (v) => ({ kind: "length", parameters: { min: v, max: v } }),
};

function invalid(settings: Settings): Pick<Rule, "kind" | "parameters"> | null {
  let found = null as Pick<Rule, "kind" | "parameters"> | null;
  for (const [key, value] of Object.entries(settings)) {
    if (key === "name" || key === "attributes") continue;
    const one = VALID[key]?.(value) ?? null;
    if (one === null || (found !== null && found.kind !== one.kind)) return null;
    found = { kind: one.kind, parameters: { ...found?.parameters, ...one.parameters } };
  }
  return found;
}

function threshold(bounds: Bounds, percent: boolean): Pick<Known, "max_failures" | "max_share"> | null {
  if (bounds.max === undefined || (bounds.min ?? 0) > 0) return null;
  if (bounds.max === 0) return {};
  return percent ? { max_share: bounds.max / 100 } : { max_failures: bounds.max };
}

function readMetric(match: RegExpExecArray, settings: Settings): Known | null {
  const [, metric, columns, operator, value, unit] = match;
  const fields = columns === undefined ? [] : columns.split(",").map((c) => c.trim());
  const bounds = boundsOf(match, /_count$/.test(metric!));
  if (metric === "freshness") {
    if ((operator !== "<" && operator !== "<=") || !unit || !HOURS[unit]) return null;
    return { kind: "freshness", fields, parameters: { max_hours: Number(value) * HOURS[unit] } };
  }
  if (bounds === null) return null;
  const percent = metric!.endsWith("_percent");
  const within = threshold(bounds, percent);
  switch (metric) {
    case "row_count":
      return { kind: "row_count", fields, parameters: { ...bounds } };
    case "avg":
      return { kind: "mean", fields, parameters: { ...bounds } };
    case "missing_count":
      return within && { kind: "required", fields, ...within };
    case "missing_percent":
      return {
        kind: "null_share",
        fields,
        parameters: Object.fromEntries(Object.entries(bounds).map(([k, v]) => [k, (v as number) / 100])),
      };
    case "duplicate_count":
      return within && Object.keys(within).length === 0 ? { kind: "uniqueness", fields } : null;
    case "invalid_count":
    case "invalid_percent": {
      const valid = invalid(settings);
      return valid && within && { ...valid, fields, ...within };
    }
    default:
      return null;
  }
}

function readCheck(text: string, settings: Settings): Known | null {
  if (text === "failed rows") {
    const query = settings["fail query"];
    return typeof query === "string"
      ? { kind: "sql", fields: [], parameters: { query: query.trim() } }
      : null;
  }
  const reference = REFERENCE.exec(text);
  if (reference) {
    const [, field, dataset, other] = reference;
    return {
      kind: "reference",
      fields: [field!.trim()],
      parameters: { dataset: dataset!, field: other!.trim() },
    };
  }
  const same = SAME_COUNT.exec(text);
  if (same)
    return { kind: "reconciliation", fields: [], parameters: { dataset: same[1]!, measure: "count" } };
  const match = CHECK.exec(text);
  return match && readMetric(match, settings);
}

/** The checks of one dataset as rules, and those that have no like here. Errors: AppError BAD_INPUT. */
export function fromSoda(text: string, dataset: string): { rules: Rule[]; skipped: Skipped[] } {
  let content: unknown;
  try {
    content = parse(text, { maxAliasCount: 10 });
  } catch (error) {
    throw new AppError("BAD_INPUT", "this is not YAML", {
      hint: error instanceof Error ? error.message : String(error),
    });
  }
  const file = fileShape.safeParse(content);
  const checks = file.success ? file.data[`checks for ${dataset}`] : undefined;
  if (!Array.isArray(checks) || checks.length > MAX_CHECKS) {
    throw new AppError(
      "BAD_INPUT",
      `the file has no list "checks for ${dataset}" of at most ${MAX_CHECKS} checks`,
      {
        hint: "Name the dataset in the file as it is called here.",
      },
    );
  }
  const taken = new Set<string>();
  const rules: Rule[] = [];
  const skipped: Skipped[] = [];
  for (const check of checks) {
    const [said, given] =
      typeof check === "string" ? [check, {}] : (Object.entries(check as Settings)[0] ?? ["", {}]);
    const settings = (given ?? {}) as Settings;
    const known = readCheck(said.trim(), settings);
    if (!known) {
      skipped.push({ what: said, why: "has no kind of rule here, or asks for more than one can" });
      continue;
    }
    const own = ownSettings(settings.attributes);
    const named = typeof settings.name === "string" ? settings.name : [...known.fields, known.kind].join("_");
    rules.push({ ...known, ...own, name: ruleName([named], taken) });
  }
  return { rules, skipped };
}

function between({ min, max }: Bounds, scale = 1): string | null {
  const told = (n: number): string => String(Math.round(n * scale * 1e6) / 1e6);
  if (min !== undefined && max !== undefined)
    return min === max ? `= ${told(min)}` : `between ${told(min)} and ${told(max)}`;
  if (min !== undefined) return `>= ${told(min)}`;
  return max === undefined ? null : `<= ${told(max)}`;
}

function writeInvalid(rule: Rule, field: string): [string, Settings] | null {
  const p = rule.parameters ?? {};
  if ("type" in p || Array.isArray(p.pattern)) return null;
  const settings: Settings =
    rule.kind === "allowed_values"
      ? { "valid values": p.values }
      : rule.kind === "format"
        ? { "valid format": Object.entries(FORMATS).find(([, here]) => here === p.format)?.[0] }
        : rule.kind === "pattern"
          ? { "valid regex": `^${String(p.pattern)}$` }
          : Object.fromEntries(
              (["min", "max"] as const)
                .filter((key) => p[key] != null)
                .map((key) => [`valid ${key}${rule.kind === "length" ? " length" : ""}`, p[key]]),
            );
  if (Object.values(settings).some((v) => v === undefined)) return null;
  if (rule.max_share)
    return rule.max_failures == null
      ? [`invalid_percent(${field}) <= ${Math.round(rule.max_share * 1e8) / 1e6}`, settings]
      : null;
  return [`invalid_count(${field}) ${rule.max_failures ? `<= ${rule.max_failures}` : "= 0"}`, settings];
}

function writeCheck(rule: Rule): [string, Settings] | null {
  const p = rule.parameters ?? {};
  const fields = fieldsOf(rule);
  const field = fields[0] ?? "";
  switch (rule.kind) {
    case "required":
      if (rule.max_share) return null;
      return [`missing_count(${field}) ${rule.max_failures ? `<= ${rule.max_failures}` : "= 0"}`, {}];
    case "null_share":
      return [`missing_percent(${field}) ${between(p as Bounds, 100)}`, {}];
    case "uniqueness":
      return rule.max_share || rule.max_failures ? null : [`duplicate_count(${fields.join(", ")}) = 0`, {}];
    case "row_count":
      return [`row_count ${between(p as Bounds)}`, {}];
    case "mean":
      return "type" in p ? null : [`avg(${field}) ${between(p as Bounds)}`, {}];
    case "freshness":
      return "type" in p ? null : [`freshness(${field}) <= ${String(p.max_hours)}h`, {}];
    case "reference":
      return rule.max_share || rule.max_failures
        ? null
        : [`values in (${field}) must exist in ${String(p.dataset)} (${String(p.field)})`, {}];
    case "reconciliation":
      return p.measure === "sum" || p.tolerance ? null : [`row_count same as ${String(p.dataset)}`, {}];
    case "sql":
      return (p.returns ?? "rows") === "rows" && !rule.max_share && !rule.max_failures
        ? ["failed rows", { "fail query": p.query }]
        : null;
    case "allowed_values":
    case "format":
    case "pattern":
    case "range":
    case "length":
      return writeInvalid(rule, field);
    default:
      return null;
  }
}

/** Rules as a SodaCL file for one dataset. */
export function toSoda(dataset: string, rules: readonly Rule[]): { text: string; skipped: Skipped[] } {
  const skipped: Skipped[] = [];
  const checks: unknown[] = [];
  for (const rule of rules) {
    const written = writeCheck(rule);
    if (!written) {
      skipped.push({ what: rule.name, why: `${rule.kind} as it is here has no check that says it` });
      continue;
    }
    const { severity, scope, action, dimension, tags, description } = rule;
    const own = Object.fromEntries(
      Object.entries({ severity, scope, action, dimension, tags, description }).filter(
        ([, v]) => v !== undefined,
      ),
    );
    const attributes = Object.keys(own).length > 0 ? { attributes: own } : {};
    checks.push({ [written[0]]: { name: rule.name, ...written[1], ...attributes } });
  }
  return { text: stringify({ [`checks for ${dataset}`]: checks }), skipped };
}
