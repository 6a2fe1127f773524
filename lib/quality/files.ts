/** Rules as files: this product's own JSON, Great Expectations suites, SodaCL checks. */
import { z } from "zod";
import { AppError } from "../errors.ts";
import { fromGreatExpectations, toGreatExpectations } from "./great-expectations.ts";
import { type Rule, ruleShape, type Skipped } from "./rule.ts";
import { fromSoda, toSoda } from "./soda.ts";

const MAX_RULES = 1000;

export const RULE_FORMATS = ["json", "gx", "soda"] as const;
export type RuleFormat = (typeof RULE_FORMATS)[number];

export interface RuleFile {
  rules: Rule[];
  /** What of the file has no like here. */
  skipped: Skipped[];
  origin: "hand" | "great_expectations" | "soda";
}

/** A file's rules. auto: JSON of either kind. Errors: AppError BAD_INPUT. */
export function readRuleFile(text: string, format: RuleFormat | "auto", dataset: string): RuleFile {
  if (format === "soda") return { ...fromSoda(text, dataset), origin: "soda" };
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw new AppError("BAD_INPUT", "the file is not JSON", {
      hint: "Give a list of rules or a Great Expectations suite as JSON, or SodaCL checks as YAML.",
      cause: error,
    });
  }
  const isSuite = content !== null && typeof content === "object" && "expectations" in content;
  if (format === "gx" || isSuite) return { ...fromGreatExpectations(content), origin: "great_expectations" };
  const list = z
    .array(ruleShape)
    .max(MAX_RULES)
    .safeParse(Array.isArray(content) ? content : [content]);
  if (!list.success)
    throw new AppError("BAD_INPUT", "the file is not a list of rules", { hint: z.prettifyError(list.error) });
  return { rules: list.data, skipped: [], origin: "hand" };
}

/** Rules as a file, and its media type. What the format has no like for is left out. */
export function writeRuleFile(
  dataset: string,
  rules: readonly Rule[],
  format: RuleFormat,
): { text: string; type: string; ending: string } {
  if (format === "soda")
    return { text: toSoda(dataset, rules).text, type: "application/yaml", ending: "yml" };
  const content = format === "gx" ? toGreatExpectations(dataset, rules).suite : rules;
  return { text: `${JSON.stringify(content, null, 2)}\n`, type: "application/json", ending: "json" };
}
