/** Forms are texts; the API takes values as the server's own description of a kind says. */
import type { Problem } from "../providers/errors.ts";
import type { Spec, Specs } from "./types.ts";

export type Texts = Record<string, string>;

const textOf = (value: unknown): string => {
  if (value === null || value === undefined) return "";
  if (Array.isArray(value)) return value.join("\n");
  return typeof value === "object" ? JSON.stringify(value, null, 2) : String(value);
};

export const textsOf = (values: Record<string, unknown>): Texts =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, textOf(value)]));

function readText(spec: Spec, text: string): unknown {
  if (spec.type === "integer" || spec.type === "number") return Number(text);
  if (spec.type === "list")
    return text
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== "");
  return spec.type === "object" ? (JSON.parse(text) as unknown) : text;
}

/** The values behind the texts; what is empty is left out. Throws the name of the field whose JSON is none. */
export function valuesOf(
  specs: Specs,
  texts: Texts,
): { values: Record<string, unknown>; wrong: string | null } {
  const values: Record<string, unknown> = {};
  for (const [name, spec] of Object.entries(specs)) {
    const text = texts[name] ?? "";
    if (text.trim() === "") continue;
    try {
      values[name] = readText(spec, text);
    } catch {
      return { values, wrong: name };
    }
  }
  return { values, wrong: null };
}

/** True where a problem is about this field: `port`, `settings.port`, `selection.table`. */
export const isAbout = (problem: Problem | null, name: string): boolean => {
  const field = problem?.field;
  return field === name || (field?.endsWith(`.${name}`) ?? false);
};
