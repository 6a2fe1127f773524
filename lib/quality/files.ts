/** Rules as files: this product's own JSON, Great Expectations suites, SodaCL checks, the quality of an ODCS contract. */
import { parse, stringify } from "yaml";
import { z } from "zod";
import { AppError } from "../errors.ts";
import { fromGreatExpectations, toGreatExpectations } from "./great-expectations.ts";
import { fromOdcs, toOdcs } from "./odcs.ts";
import { type Rule, ruleShape, type Skipped } from "./rule.ts";
import { fromSoda, toSoda } from "./soda.ts";

const MAX_RULES = 1000;
const MAX_ALIASES = 10;

export const RULE_FORMATS = ["json", "gx", "soda", "odcs"] as const;
export type RuleFormat = (typeof RULE_FORMATS)[number];
const ORIGINS = { json: "hand", gx: "great_expectations", soda: "soda", odcs: "odcs" } as const;

export interface RuleFile {
  rules: Rule[];
  /** What of the file has no like here. */
  skipped: Skipped[];
  origin: (typeof ORIGINS)[RuleFormat];
}

function parseText(text: string, format: RuleFormat | "auto"): unknown {
  try {
    return format === "odcs" ? parse(text, { maxAliasCount: MAX_ALIASES }) : JSON.parse(text);
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw new AppError("BAD_INPUT", `the file is not ${format === "odcs" ? "YAML" : "JSON"}: ${said}`, {
      hint: "Give a list of rules or a Great Expectations suite as JSON, SodaCL checks or an ODCS contract as YAML.",
      cause: error,
    });
  }
}

/** A file's rules. auto: JSON of either kind. Errors: AppError BAD_INPUT. */
export function readRuleFile(text: string, format: RuleFormat | "auto", dataset: string): RuleFile {
  if (format === "soda") return { ...fromSoda(text, dataset), origin: ORIGINS.soda };
  const content = parseText(text, format);
  if (format === "odcs") return { ...fromOdcs(content, dataset), origin: ORIGINS.odcs };
  const isSuite = content !== null && typeof content === "object" && "expectations" in content;
  if (format === "gx" || isSuite) return { ...fromGreatExpectations(content, dataset), origin: ORIGINS.gx };
  const list = z
    .array(ruleShape)
    .max(MAX_RULES)
    .safeParse(Array.isArray(content) ? content : [content]);
  if (!list.success)
    throw new AppError("BAD_INPUT", "the file is not a list of rules", { hint: z.prettifyError(list.error) });
  return { rules: list.data, skipped: [], origin: ORIGINS.json };
}

/** Rules as a file, its media type and ending, and what the format has no like for, which is left out. */
export function writeRuleFile(
  dataset: { id: string; name: string },
  rules: readonly Rule[],
  format: RuleFormat,
): { text: string; type: string; ending: string; skipped: Skipped[] } {
  const yaml = { type: "application/yaml", ending: "yml" };
  if (format === "soda") return { ...toSoda(dataset.name, rules), ...yaml };
  if (format === "odcs")
    return { text: stringify(toOdcs(dataset.id, dataset.name, rules)), skipped: [], ...yaml };
  const { content, skipped } =
    format === "gx" ? suiteOf(dataset.name, rules) : { content: rules, skipped: [] };
  return { text: `${JSON.stringify(content, null, 2)}\n`, type: "application/json", ending: "json", skipped };
}

function suiteOf(dataset: string, rules: readonly Rule[]): { content: unknown; skipped: Skipped[] } {
  const { suite, skipped } = toGreatExpectations(dataset, rules);
  return { content: suite, skipped };
}
