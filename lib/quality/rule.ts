/** A rule's definition as files and commands give it; quality.put_rule checks it whole against the dataset. */
import { z } from "zod";

const number = z.number();

export const ruleShape = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9_]{0,79}$/),
  kind: z.string().max(60),
  field: z.string().max(60).optional(),
  fields: z.array(z.string().max(60)).max(16).optional(),
  parameters: z.record(z.string(), z.unknown()).optional(),
  severity: z.enum(["info", "warning", "error", "critical"]).optional(),
  scope: z.enum(["row", "batch", "dataset"]).optional(),
  action: z.enum(["record", "reject", "hold"]).optional(),
  dimension: z
    .enum(["completeness", "validity", "accuracy", "consistency", "uniqueness", "timeliness"])
    .optional(),
  max_failures: number.int().nonnegative().nullish(),
  max_share: number.min(0).max(1).nullish(),
  tags: z.array(z.string().max(100)).max(50).optional(),
  description: z.string().max(4000).optional(),
  note: z.string().max(1000).optional(),
  confidence: number.optional(),
  evidence: z.string().max(1000).optional(),
});

export type Rule = z.infer<typeof ruleShape>;

/** What came out of another tool's file, or what of the rules that file could not say. */
export interface Skipped {
  what: string;
  why: string;
}

/** A rule's name from parts, made of what names may have; `taken` keeps them apart. */
export function ruleName(parts: readonly string[], taken: Set<string>): string {
  const plain = parts
    .join("_")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^[^a-z]+/, "")
    .slice(0, 76);
  const base = plain === "" ? "rule" : plain;
  let name = base;
  for (let n = 2; taken.has(name); n++) name = `${base}_${n}`;
  taken.add(name);
  return name;
}

/** The fields that a rule is about. */
export function fieldsOf(rule: Rule): string[] {
  return rule.fields ?? (rule.field === undefined ? [] : [rule.field]);
}

const settingsShape = ruleShape
  .pick({
    severity: true,
    scope: true,
    action: true,
    dimension: true,
    tags: true,
    description: true,
    max_failures: true,
    max_share: true,
  })
  .partial();

/** What of a foreign file's own remarks are a rule's settings; the rest is not ours. */
export function ownSettings(given: unknown): Partial<Rule> {
  if (given === null || typeof given !== "object") return {};
  const known = Object.fromEntries(Object.entries(given).filter(([key]) => key in settingsShape.shape));
  const read = settingsShape.safeParse(known);
  return read.success ? read.data : {};
}
