/**
 * The quality section of a data contract (Open Data Contract Standard 3.1) and rules. What the standard has a metric or a
 * query for is told so that other tools read it; every other kind travels as a check of the engine "cadastre", so that all
 * rules go there and back.
 */
import { z } from "zod";
import { API_VERSION, type OdcsContract, type OdcsObject, type OdcsQuality } from "../contract/odcs/types.ts";
import { AppError } from "../errors.ts";
import { fromGreatExpectations } from "./great-expectations.ts";
import { fieldsOf, ownSettings, type Rule, ruleName, ruleShape, type Skipped } from "./rule.ts";

const MAX_CHECKS = 1000;
const ENGINE = "cadastre";
const checkShape = z.looseObject({ type: z.string().optional() });
const contractShape = z.looseObject({
  kind: z.literal("DataContract"),
  apiVersion: z.string().regex(/^v3\./, "only version 3 of the standard is read"),
  schema: z.array(
    z.looseObject({
      name: z.string(),
      quality: z.array(checkShape).max(MAX_CHECKS).optional(),
      properties: z
        .array(z.looseObject({ name: z.string(), quality: z.array(checkShape).max(MAX_CHECKS).optional() }))
        .optional(),
    }),
  ),
});

interface Bounds {
  min?: number;
  max?: number;
}
type Known = Pick<Rule, "kind" | "parameters" | "max_failures" | "max_share"> & { fields: string[] };

/** Names here are in small letters, so a contract's column is found under its field's. */
const fieldName = (name: string): string =>
  name
    .trim()
    .toLowerCase()
    .replace(/[^a-z0-9_]+/g, "_");

/** The operator as bounds that are reached; null: another operator, or one that a number's bounds cannot tell. */
function boundsOf(check: OdcsQuality, whole: boolean): Bounds | null {
  const number = (name: string): number | undefined =>
    typeof check[name] === "number" ? (check[name] as number) : undefined;
  const equal = number("mustBe");
  if (equal !== undefined) return { min: equal, max: equal };
  const between = check.mustBeBetween;
  if (Array.isArray(between)) return { min: Number(between[0]), max: Number(between[1]) };
  const most = number("mustBeLessOrEqualTo");
  if (most !== undefined) return { max: most };
  const least = number("mustBeGreaterOrEqualTo");
  if (least !== undefined) return { min: least };
  const below = number("mustBeLessThan");
  const above = number("mustBeGreaterThan");
  if (!whole || (below === undefined && above === undefined)) return null;
  return below !== undefined ? { max: below - 1 } : { min: above! + 1 };
}

function operatorOf({ min, max }: Bounds): Record<string, unknown> {
  if (min !== undefined && max !== undefined)
    return min === max ? { mustBe: min } : { mustBeBetween: [min, max] };
  return min !== undefined ? { mustBeGreaterOrEqualTo: min } : { mustBeLessOrEqualTo: max };
}

const millionths = (share: number): number => Math.round(share * 1e6) / 1e6;
const percent = (check: OdcsQuality): boolean => check.unit === "percent";

/** So many rows, or this share of them, may fail. */
function thresholdOf(check: OdcsQuality): Pick<Known, "max_failures" | "max_share"> | null {
  const bounds = boundsOf(check, !percent(check));
  if (bounds?.max === undefined || (bounds.min ?? 0) > 0) return null;
  if (bounds.max === 0) return {};
  return percent(check) ? { max_share: millionths(bounds.max / 100) } : { max_failures: bounds.max };
}

function readNulls(check: OdcsQuality, fields: string[]): Known | null {
  if (!percent(check)) {
    const within = thresholdOf(check);
    return within && { kind: "required", fields, ...within };
  }
  const bounds = boundsOf(check, false);
  if (bounds === null) return null;
  const share = Object.fromEntries(
    Object.entries(bounds).map(([key, value]) => [key, millionths((value as number) / 100)]),
  );
  return { kind: "null_share", fields, parameters: share };
}

function readInvalid(check: OdcsQuality, fields: string[]): Known | null {
  const within = thresholdOf(check);
  const { validValues, pattern, ...more } = check.arguments ?? {};
  if (within === null || Object.keys(more).length > 0 || (validValues && pattern !== undefined)) return null;
  if (Array.isArray(validValues)) {
    // A missing value passes anyway.
    const values = validValues.filter((v) => v !== null).map(String);
    return values.length === 0 ? null : { kind: "allowed_values", fields, parameters: { values }, ...within };
  }
  if (typeof pattern !== "string") return null;
  return {
    kind: "pattern",
    fields,
    parameters: { pattern: pattern.replace(/^\^/, "").replace(/\$$/, "") },
    ...within,
  };
}

function readLibrary(check: OdcsQuality, field: string | null): Known | null {
  const fields = field === null ? [] : [field];
  const metric = check.metric ?? check.rule;
  switch (metric) {
    case "nullValues":
      return field === null ? null : readNulls(check, fields);
    case "missingValues": {
      const missing = check.arguments?.missingValues;
      const blank =
        missing === undefined || (Array.isArray(missing) && missing.every((v) => v === null || v === ""));
      return field !== null && blank ? readNulls(check, fields) : null;
    }
    case "invalidValues":
      return field === null ? null : readInvalid(check, fields);
    case "duplicateValues": {
      const within = thresholdOf(check);
      const named = check.arguments?.properties;
      const over = Array.isArray(named) ? named.map((n) => fieldName(String(n))) : fields;
      return within !== null && Object.keys(within).length === 0 && over.length > 0
        ? { kind: "uniqueness", fields: over }
        : null;
    }
    case "rowCount": {
      const bounds = percent(check) ? null : boundsOf(check, true);
      return bounds && { kind: "row_count", fields: [], parameters: { ...bounds } };
    }
    default:
      return null;
  }
}

function readSql(check: OdcsQuality, table: string, field: string | null): Known | null {
  const bounds = boundsOf(check, false);
  if (bounds === null || typeof check.query !== "string") return null;
  const query = check.query
    .replace(/\$\{(?:table|object)\}|\{(?:table|object)\}/g, table)
    .replace(/\$\{(?:column|property)\}|\{(?:column|property)\}/g, field ?? "");
  return {
    kind: "sql",
    fields: field === null ? [] : [field],
    parameters: { query, returns: "number", ...bounds },
  };
}

function readCustom(check: OdcsQuality): Known | null {
  if (typeof check.implementation !== "object" || check.implementation === null) return null;
  if (check.engine === ENGINE) {
    const read = ruleShape.omit({ name: true }).safeParse(check.implementation);
    return read.success ? { ...read.data, fields: fieldsOf({ name: "", ...read.data }) } : null;
  }
  if (!/^great[-_ ]?expectations$/i.test(String(check.engine))) return null;
  const { rules } = fromGreatExpectations({ expectations: [{ kwargs: {}, ...check.implementation }] });
  if (rules[0] === undefined) return null;
  const { name: _name, ...known } = rules[0];
  return { ...known, fields: fieldsOf(rules[0]) };
}

const DIMENSIONS: Record<string, Rule["dimension"]> = {
  accuracy: "accuracy",
  completeness: "completeness",
  conformity: "validity",
  consistency: "consistency",
  timeliness: "timeliness",
  uniqueness: "uniqueness",
};

function settingsOf(check: OdcsQuality): Partial<Rule> {
  const own = check.customProperties?.find((one) => one.property === ENGINE)?.value;
  const given = {
    severity: check.severity,
    description: check.description,
    dimension: DIMENSIONS[String(check.dimension)],
    ...(Array.isArray(check.tags) ? { tags: check.tags } : {}),
  };
  // One by one: a severity that is none of ours must not take the description with it.
  const read = Object.entries(given).map(([key, value]) =>
    value === undefined ? {} : ownSettings({ [key]: value }),
  );
  return Object.assign({}, ...read, ownSettings(own));
}

function whyNot(check: OdcsQuality): string {
  if (check.type === "text") return "is a text for people";
  if (check.type === "custom") return `is for another tool (${String(check.engine)})`;
  return "has no kind of rule here, or asks for more than one can";
}

/** A parsed contract's checks of one dataset as rules, and those that have no like here. Error: AppError BAD_INPUT. */
export function fromOdcs(content: unknown, dataset: string): { rules: Rule[]; skipped: Skipped[] } {
  const parsed = contractShape.safeParse(content);
  if (!parsed.success)
    throw new AppError("BAD_INPUT", "this is not a data contract", { hint: z.prettifyError(parsed.error) });
  const objects = parsed.data.schema;
  const object =
    objects.find((one) => fieldName(one.name) === dataset) ?? (objects.length === 1 ? objects[0] : undefined);
  if (object === undefined)
    throw new AppError("BAD_INPUT", `the contract has no ${dataset} in its schema`, {
      hint: `It has ${objects.map((one) => one.name).join(", ")}.`,
    });
  return readObject(object as OdcsObject, dataset);
}

/** Is the check a rule that was deployed where the contract was written (of which this product's contracts tell)? */
export function isDeployedRule(check: OdcsQuality): boolean {
  const own = check.customProperties?.find((one) => one.property === ENGINE)?.value;
  return typeof own === "object" && own !== null && "deployed" in own && own.deployed === true;
}

/** An object's checks as rules, those that are `wanted`; a property's are its field's. */
export function readObject(
  object: Pick<OdcsObject, "quality" | "properties">,
  dataset: string,
  wanted: (check: OdcsQuality) => boolean = () => true,
): { rules: Rule[]; skipped: Skipped[] } {
  const taken = new Set<string>();
  const rules: Rule[] = [];
  const skipped: Skipped[] = [];
  const read = (check: OdcsQuality, field: string | null): void => {
    if (!wanted(check)) return;
    const what = check.name ?? check.metric ?? check.rule ?? check.description ?? check.type ?? "a check";
    const known =
      check.type === "sql"
        ? readSql(check, dataset, field)
        : check.type === "custom"
          ? readCustom(check)
          : check.type === "text"
            ? null
            : readLibrary(check, field);
    if (known === null) {
      skipped.push({
        what: field === null ? String(what) : `${field}: ${String(what)}`,
        why: whyNot(check),
      });
      return;
    }
    const named = typeof check.name === "string" ? check.name : [...known.fields, known.kind].join("_");
    rules.push({ ...known, ...settingsOf(check), name: ruleName([named], taken) });
  };
  for (const check of object.quality ?? []) read(check, null);
  for (const property of object.properties ?? [])
    for (const check of property.quality ?? []) read(check, fieldName(property.name));
  return { rules, skipped };
}

/** The check that says a rule in the standard's own words, or null; and which of its settings that says too. */
function writeKnown(rule: Rule): OdcsQuality | null {
  const p = rule.parameters ?? {};
  const fields = fieldsOf(rule);
  const within =
    rule.max_share != null && rule.max_failures == null
      ? { mustBeLessOrEqualTo: millionths(rule.max_share * 100), unit: "percent" }
      : rule.max_share == null
        ? rule.max_failures
          ? { mustBeLessOrEqualTo: rule.max_failures, unit: "rows" }
          : { mustBe: 0 }
        : null;
  // Neither 0 nor a share of 0 is written, since it would be read as none given.
  const plain = rule.max_share === undefined && rule.max_failures === undefined;
  const told = within !== null && (plain || !("mustBe" in within)) && rule.max_share !== 0 ? within : null;
  switch (rule.kind) {
    case "required":
      return told && told.unit !== "percent" ? { metric: "nullValues", ...told } : null;
    case "null_share":
      return plain
        ? {
            metric: "nullValues",
            unit: "percent",
            ...operatorOf(
              Object.fromEntries(Object.entries(p).map(([k, v]) => [k, millionths((v as number) * 100)])),
            ),
          }
        : null;
    case "allowed_values":
      return told && { metric: "invalidValues", arguments: { validValues: p.values as unknown[] }, ...told };
    case "pattern":
      return typeof p.pattern === "string" && told && !/^\^|\$$/.test(p.pattern)
        ? { metric: "invalidValues", arguments: { pattern: `^${p.pattern}$` }, ...told }
        : null;
    case "uniqueness":
      return plain
        ? {
            metric: "duplicateValues",
            mustBe: 0,
            ...(fields.length > 1 ? { arguments: { properties: fields } } : {}),
          }
        : null;
    case "row_count":
      return plain ? { metric: "rowCount", ...operatorOf(p as Bounds) } : null;
    case "sql": {
      const { query, returns, ...bounds } = p as unknown as { query: string; returns?: string } & Bounds;
      return plain && returns === "number" && !/[{}]/.test(query)
        ? { type: "sql", query, ...operatorOf(bounds) }
        : null;
    }
    default:
      return null;
  }
}

const TOLD_DIMENSIONS = Object.fromEntries(Object.entries(DIMENSIONS).map(([there, here]) => [here, there]));

function writeCheck(rule: Rule, deployed: boolean): OdcsQuality {
  const {
    name,
    kind,
    field: _field,
    fields: _fields,
    parameters,
    severity,
    description,
    dimension,
    tags,
  } = rule;
  const known = writeKnown(rule);
  const { max_failures, max_share, scope, action } = rule;
  const implementation = {
    kind,
    fields: fieldsOf(rule),
    ...(parameters === undefined ? {} : { parameters }),
    ...(max_failures == null ? {} : { max_failures }),
    ...(max_share == null ? {} : { max_share }),
  };
  const own = {
    ...(scope ? { scope } : {}),
    ...(action ? { action } : {}),
    ...(deployed ? { deployed } : {}),
  };
  return {
    name,
    ...(known ?? { type: "custom", engine: ENGINE, implementation }),
    ...(description === undefined ? {} : { description }),
    ...(severity === undefined ? {} : { severity }),
    ...(dimension === undefined ? {} : { dimension: TOLD_DIMENSIONS[dimension]! }),
    ...(tags === undefined ? {} : { tags }),
    ...(Object.keys(own).length > 0 ? { customProperties: [{ property: ENGINE, value: own }] } : {}),
  };
}

/** Rules as checks: a field's by its name, others of the table. */
export function writeChecks(
  rules: readonly Rule[],
  deployed = false,
): { properties: Map<string, OdcsQuality[]>; whole: OdcsQuality[] } {
  const properties = new Map<string, OdcsQuality[]>();
  const whole: OdcsQuality[] = [];
  for (const rule of rules) {
    const check = writeCheck(rule, deployed);
    const fields = fieldsOf(rule);
    if (fields.length !== 1) {
      whole.push(check);
      for (const field of fields) if (!properties.has(field)) properties.set(field, []);
    } else properties.set(fields[0]!, [...(properties.get(fields[0]!) ?? []), check]);
  }
  return { properties, whole };
}

/** Rules as the quality section of a contract: a field's with its property, others with the table. */
export function toOdcs(id: string, dataset: string, rules: readonly Rule[]): OdcsContract {
  const object: OdcsObject = { name: dataset, logicalType: "object", physicalType: "table" };
  const { properties, whole } = writeChecks(rules);
  if (properties.size > 0)
    object.properties = [...properties].map(([name, quality]) =>
      quality.length > 0 ? { name, quality } : { name },
    );
  if (whole.length > 0) object.quality = whole;
  return {
    apiVersion: API_VERSION,
    kind: "DataContract",
    id,
    name: dataset,
    version: "1.0.0",
    status: "active",
    schema: [object],
  };
}
