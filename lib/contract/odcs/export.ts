/** Datasets as a data contract of the Open Data Contract Standard. */
import { writeChecks } from "../../quality/odcs.ts";
import {
  API_VERSION,
  type ContractField,
  CUSTOM,
  type DatasetContract,
  LOGICAL,
  type OdcsContract,
  type OdcsCustom,
  type OdcsObject,
  type OdcsProperty,
  type OdcsQuality,
} from "./types.ts";

export interface ContractHead {
  id: string;
  name: string;
  tenant: string;
  version: number;
  description: string;
}

/** Names that the standard's short references can spell. */
const REFERABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;

const custom = (property: string, value: unknown): OdcsCustom => ({ property, value });

/** A bound as the standard has it for the logical type; null where only a property of our own can carry it. */
function boundOf(logical: string, text: string): number | string | null {
  if (logical === "integer" || logical === "number") {
    const number = Number(text);
    return Number.isFinite(number) && String(number) === text ? number : null;
  }
  return ["date", "timestamp", "time"].includes(logical) ? text : null;
}

function optionsOf(field: ContractField, logical: string, own: OdcsCustom[]): Record<string, unknown> {
  const options: Record<string, unknown> = {};
  for (const name of ["minimum", "maximum"] as const) {
    const text = field[name];
    if (text === undefined) continue;
    const bound = boundOf(logical, text);
    if (bound === null) own.push(custom(CUSTOM[name], text));
    else options[name] = bound;
  }
  if (field.pattern !== undefined) {
    if (logical === "string") options.pattern = field.pattern;
    else own.push(custom("pattern", field.pattern));
  }
  if (field.type === "uuid") options.format = "uuid";
  if (field.type === "integer") options.format = "i32";
  if (field.type === "bigint") options.format = "i64";
  return options;
}

function qualityOf(field: ContractField): OdcsQuality[] {
  if (field.allowedValues === undefined) return [];
  return [
    {
      type: "library",
      metric: "invalidValues",
      mustBe: 0,
      arguments: { validValues: field.allowedValues },
      dimension: "conformity",
    },
  ];
}

function propertyOf(
  field: ContractField,
  keyFields: readonly string[],
  checks: readonly OdcsQuality[],
): OdcsProperty {
  const logical = LOGICAL[field.type.replace(/\(.*/, "")]!;
  const own: OdcsCustom[] = [];
  if (field.sourceName !== undefined && field.sourceName !== field.name)
    own.push(custom(CUSTOM.sourceName, field.sourceName));
  if (field.sourceAliases?.length) own.push(custom(CUSTOM.sourceAliases, field.sourceAliases));
  if (field.notInFuture) own.push(custom(CUSTOM.notInFuture, true));
  if (field.nullTokens !== undefined) own.push(custom(CUSTOM.nullTokens, field.nullTokens));
  const options = optionsOf(field, logical, own);
  const place = keyFields.indexOf(field.name);
  const quality = [...qualityOf(field), ...checks];
  const { references } = field;
  return {
    name: field.name,
    logicalType: logical,
    physicalType: field.type,
    ...(Object.keys(options).length > 0 ? { logicalTypeOptions: options } : {}),
    ...(field.type === "text[]" ? { items: { logicalType: "string", physicalType: "text" } } : {}),
    required: field.required ?? false,
    ...(place >= 0 ? { primaryKey: true, primaryKeyPosition: place + 1 } : {}),
    ...(field.description ? { description: field.description } : {}),
    ...(field.tags?.length ? { tags: field.tags } : {}),
    ...(references && REFERABLE.test(references.dataset) && REFERABLE.test(references.field)
      ? { relationships: [{ type: "foreignKey", to: `${references.dataset}.${references.field}` }] }
      : {}),
    ...(quality.length > 0 ? { quality } : {}),
    ...(own.length > 0 ? { customProperties: own } : {}),
  };
}

function objectOf(dataset: DatasetContract): OdcsObject {
  const { properties, whole } = writeChecks(dataset.rules ?? [], true);
  return {
    name: dataset.name,
    physicalName: dataset.name,
    logicalType: "object",
    physicalType: "table",
    ...(dataset.title ? { businessName: dataset.title } : {}),
    ...(dataset.description ? { description: dataset.description } : {}),
    properties: dataset.fields.map((field) =>
      propertyOf(field, dataset.keyFields, properties.get(field.name) ?? []),
    ),
    ...(whole.length > 0 ? { quality: whole } : {}),
    ...(dataset.mode ? { customProperties: [custom(CUSTOM.mode, dataset.mode)] } : {}),
  };
}

/** One contract over one or more datasets. */
export function toOdcs(head: ContractHead, datasets: readonly DatasetContract[]): OdcsContract {
  return {
    apiVersion: API_VERSION,
    kind: "DataContract",
    id: head.id,
    name: head.name,
    version: `${head.version}.0.0`,
    status: "active",
    tenant: head.tenant,
    ...(head.description ? { description: { purpose: head.description } } : {}),
    schema: datasets.map(objectOf),
  };
}
