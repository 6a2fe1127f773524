/** A data contract of the Open Data Contract Standard as datasets, with a word on all that is left out. */
import { z } from "zod";
import { AppError } from "../../errors.ts";
import { isDeployedRule, readObject } from "../../quality/odcs.ts";
import { fieldNames, MAX_DATASET_NAME } from "../names.ts";
import {
  type ContractField,
  CUSTOM,
  type DatasetContract,
  type OdcsObject,
  type OdcsProperty,
  type OdcsQuality,
  typeOfProperty,
} from "./types.ts";

export interface Imported {
  datasets: DatasetContract[];
  /** What the contract says and a dataset here cannot: one sentence each. */
  notes: string[];
}

const MAX_OBJECTS = 200;
const MAX_PROPERTIES = 500;

const propertyShape = z.looseObject({ name: z.string().min(1).max(1000) });
const contractShape = z.looseObject({
  kind: z.literal("DataContract"),
  apiVersion: z.string().regex(/^v3\./, "only version 3 of the standard is read"),
  schema: z
    .array(
      z.looseObject({
        name: z.string().min(1).max(1000),
        properties: z.array(propertyShape).max(MAX_PROPERTIES).optional(),
      }),
    )
    .min(1)
    .max(MAX_OBJECTS),
});

/** Parts of a contract that no dataset has a place for. */
const LEFT_OUT = [
  "servers",
  "team",
  "roles",
  "price",
  "slaProperties",
  "support",
  "authoritativeDefinitions",
];

const textOf = (value: unknown): string | undefined =>
  typeof value === "string" ? value : typeof value === "number" ? String(value) : undefined;

const textsOf = (value: unknown): string[] | undefined =>
  Array.isArray(value)
    ? value.filter((one) => one !== null).map((one) => textOf(one) ?? String(one))
    : undefined;

const customOf = (from: OdcsProperty | OdcsObject, name: string): unknown =>
  from.customProperties?.find((one) => one.property === name)?.value;

interface Reading {
  object: string;
  note(text: string): void;
}

const TAG = /^[a-z][a-z0-9_.-]{0,59}$/;

/** Tags here are lower case without spaces. */
function tagsOf(tags: readonly unknown[], where: string, reading: Reading): string[] {
  const written = tags.map((tag) => String(tag).trim().toLowerCase().replace(/\s+/g, "-"));
  for (const tag of written.filter((one) => !TAG.test(one)))
    reading.note(`${where}: the tag ${tag.slice(0, 60)} is left out`);
  return [...new Set(written.filter((one) => TAG.test(one)))];
}

/** Length bounds are a pattern here: a text has no other rule for its length. */
function patternOf({ logicalTypeOptions: options = {} }: OdcsProperty, reading: Reading, name: string) {
  const { pattern, minLength, maxLength } = options;
  if (typeof pattern === "string") {
    if (minLength !== undefined || maxLength !== undefined)
      reading.note(`${reading.object}.${name}: its lengths are left out, its pattern is kept`);
    return pattern;
  }
  if (minLength === undefined && maxLength === undefined) return undefined;
  return `.{${Number(minLength ?? 0)},${maxLength === undefined ? "" : Number(maxLength)}}`;
}

function applyQuality(field: ContractField, quality: OdcsQuality, reading: Reading): void {
  if (isDeployedRule(quality)) return;
  const where = `${reading.object}.${field.name}`;
  const metric = quality.metric ?? quality.rule;
  if (metric === "nullValues" && quality.mustBe === 0) field.required = true;
  else if (metric === "invalidValues" && quality.mustBe === 0 && quality.arguments?.validValues)
    field.allowedValues = textsOf(quality.arguments.validValues)!;
  else if (metric !== undefined) reading.note(`${where}: the check ${metric} is left out`);
  else reading.note(`${where}: a check of type ${quality.type ?? "library"} is left out`);
}

function applyOptions(field: ContractField, property: OdcsProperty, reading: Reading): void {
  const { logicalTypeOptions: options = {} } = property;
  const minimum = textOf(customOf(property, CUSTOM.minimum)) ?? textOf(options.minimum);
  const maximum = textOf(customOf(property, CUSTOM.maximum)) ?? textOf(options.maximum);
  const isText = field.type === "text" || field.type === "uuid";
  const pattern =
    textOf(customOf(property, "pattern")) ?? (isText ? patternOf(property, reading, field.name) : undefined);
  if (minimum !== undefined) field.minimum = minimum;
  if (maximum !== undefined) field.maximum = maximum;
  if (pattern !== undefined) field.pattern = pattern;
  for (const name of ["exclusiveMinimum", "exclusiveMaximum", "multipleOf"])
    if (options[name] !== undefined) reading.note(`${reading.object}.${field.name}: ${name} is left out`);
}

function applyReferences(
  field: ContractField,
  property: OdcsProperty,
  names: Map<string, string>,
  reading: Reading,
) {
  for (const { to } of property.relationships ?? []) {
    const [dataset, target] = typeof to === "string" ? to.split(".") : [];
    if (!dataset || !target || field.references) {
      reading.note(`${reading.object}.${field.name}: a relationship is left out`);
      continue;
    }
    field.references = { dataset: names.get(dataset) ?? dataset, field: fieldNames([target])[0]! };
  }
}

function fieldOf(
  property: OdcsProperty,
  name: string,
  names: Map<string, string>,
  reading: Reading,
): ContractField {
  const { type, guessed } = typeOfProperty(property);
  if (guessed && property.physicalType)
    reading.note(`${reading.object}.${name}: the type ${property.physicalType} is not known, taken as text`);
  const sourceName =
    textOf(customOf(property, CUSTOM.sourceName)) ?? textOf(property.physicalName) ?? property.name;
  const field: ContractField = { name, type, sourceName };
  if (property.required === true) field.required = true;
  const description = [property.businessName, property.description].filter(Boolean).join(": ");
  if (description) field.description = description.slice(0, 4000);
  const tags = tagsOf(property.tags ?? [], `${reading.object}.${name}`, reading);
  if (tags.length > 0) field.tags = tags;
  applyOptions(field, property, reading);
  if (customOf(property, CUSTOM.notInFuture) === true) field.notInFuture = true;
  const tokens = textsOf(customOf(property, CUSTOM.nullTokens));
  if (tokens !== undefined) field.nullTokens = tokens;
  const aliases = textsOf(customOf(property, CUSTOM.sourceAliases));
  if (aliases?.length) field.sourceAliases = aliases;
  for (const quality of property.quality ?? []) applyQuality(field, quality, reading);
  applyReferences(field, property, names, reading);
  if (property.unique === true && property.primaryKey !== true)
    reading.note(`${reading.object}.${name}: unique is left out; only the key is unique`);
  return field;
}

function datasetOf(object: OdcsObject, names: Map<string, string>, notes: string[]): DatasetContract {
  const name = names.get(object.name)!;
  const reading: Reading = { object: name, note: (text) => notes.push(text) };
  const properties = object.properties ?? [];
  if (properties.length === 0) notes.push(`${name} has no properties and is left out`);
  const fields = fieldNames(properties.map((property) => property.name)).map((field, i) =>
    fieldOf(properties[i]!, field, names, reading),
  );
  const keyFields = properties
    .map((property, i) => ({ property, field: fields[i]! }))
    .filter(({ property }) => property.primaryKey === true)
    .sort((a, b) => (a.property.primaryKeyPosition ?? 0) - (b.property.primaryKeyPosition ?? 0))
    .map(({ field }) => field.name);
  for (const field of fields) if (keyFields.includes(field.name)) field.required = true;
  const { rules, skipped } = readObject(object, name, isDeployedRule);
  for (const { what, why } of skipped) notes.push(`${name}: the rule ${what} is left out: it ${why}`);
  for (const quality of (object.quality ?? []).filter((one) => !isDeployedRule(one)))
    notes.push(
      `${name}: the check ${quality.metric ?? quality.rule ?? quality.type ?? "without a name"} is left out`,
    );
  if (Array.isArray(object.relationships))
    notes.push(`${name}: relationships over several fields are left out`);
  const mode = textOf(customOf(object, CUSTOM.mode));
  return {
    name,
    title: object.businessName ?? "",
    description: object.description ?? "",
    keyFields,
    ...(mode ? { mode } : {}),
    fields,
    ...(rules.length > 0 ? { rules } : {}),
  };
}

/** Reads a parsed contract. Errors: AppError IN028 where it is none, with the first thing that is wrong. */
export function fromOdcs(content: unknown): Imported {
  const parsed = contractShape.safeParse(content);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new AppError(
      "IN028",
      `not a data contract: ${issue.path.join(".") || "the document"}: ${issue.message}`,
      {
        hint: "Give a contract of the Open Data Contract Standard 3 with kind, apiVersion and schema.",
      },
    );
  }
  const objects = parsed.data.schema as OdcsObject[];
  const notes = LEFT_OUT.filter((part) => parsed.data[part] !== undefined).map(
    (part) => `${part} is left out`,
  );
  const plain = fieldNames(objects.map((object) => object.name)).map((name) =>
    name.replace(/^_+/, "").slice(0, MAX_DATASET_NAME),
  );
  const names = new Map(objects.map((object, i) => [object.name, plain[i]!]));
  const datasets = objects.map((object) => datasetOf(object, names, notes));
  const whole = datasets.filter((dataset) => dataset.fields.length > 0);
  if (whole.length === 0) {
    throw new AppError("IN028", "the contract has no table with properties", {
      hint: "Give schema[].properties: they become the dataset's fields.",
    });
  }
  return { datasets: whole, notes };
}
