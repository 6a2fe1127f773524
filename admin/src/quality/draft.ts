/** A rule on its form: texts, as people type them, and the definition that they mean. */
import { KINDS, type Parameter } from "./kinds.ts";
import { type Definition, fieldsOf, type Severity } from "./types.ts";

export interface Draft {
  name: string;
  kind: string;
  fields: string[];
  /** By parameter. Of kinds that the form does not know: all of them as JSON, under `json`. */
  texts: Record<string, string>;
  severity: Severity;
  scope: string;
  action: string;
  dimension: string;
  maxFailures: string;
  /** In per cent. */
  maxShare: string;
  tags: string[];
  description: string;
  note: string;
}

export const EMPTY: Draft = {
  name: "",
  kind: "required",
  fields: [],
  texts: {},
  severity: "warning",
  scope: "",
  action: "record",
  dimension: "",
  maxFailures: "",
  maxShare: "",
  tags: [],
  description: "",
  note: "",
};

const textOf = (value: unknown): string => {
  if (value === null || value === undefined) return "";
  if (Array.isArray(value)) return value.map(String).join("\n");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
};

export function draftOf(definition: Definition): Draft {
  const { parameters = {} } = definition;
  const known = KINDS[definition.kind] !== undefined;
  return {
    ...EMPTY,
    name: definition.name,
    kind: definition.kind,
    fields: fieldsOf(definition),
    texts: known
      ? Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, textOf(value)]))
      : { json: JSON.stringify(parameters, null, 2) },
    severity: definition.severity ?? "warning",
    scope: definition.scope ?? "",
    action: definition.action ?? "record",
    dimension: definition.dimension ?? "",
    maxFailures: textOf(definition.max_failures),
    maxShare:
      definition.max_share == null ? "" : String(Number((definition.max_share * 100).toPrecision(10))),
    tags: definition.tags ?? [],
    description: definition.description ?? "",
  };
}

/** Lines as they are, but for those at the end: an empty value may be one that is allowed. */
function linesOf(text: string): string[] {
  const lines = text.split("\n").map((line) => line.trimEnd());
  while (lines.length > 1 && lines.at(-1) === "") lines.pop();
  return lines;
}

function readValue({ input }: Parameter, text: string): unknown {
  if (input === "number") return Number(text.replace(",", "."));
  if (input === "lines") return linesOf(text);
  if (input === "patterns") {
    const lines = linesOf(text);
    return lines.length === 1 ? lines[0] : lines;
  }
  return text.trim();
}

/** Throws where the JSON of a kind that the form does not know is none. */
function parametersOf({ kind, texts, fields }: Draft): Record<string, unknown> {
  const spec = KINDS[kind];
  if (!spec) return JSON.parse(texts.json?.trim() || "{}") as Record<string, unknown>;
  const entries: [string, unknown][] = [];
  for (const parameter of spec.parameters) {
    const text = texts[parameter.name] ?? "";
    // Two fields are compared with each other, not with a value.
    if (kind === "comparison" && parameter.name === "value" && fields.length > 1) continue;
    if (text.trim() !== "") entries.push([parameter.name, readValue(parameter, text)]);
  }
  return Object.fromEntries(entries);
}

export function definitionOfDraft(draft: Draft): Definition {
  const { maxFailures, maxShare } = draft;
  const given: Definition = {
    name: draft.name.trim(),
    kind: draft.kind,
    fields: draft.fields,
    parameters: parametersOf(draft),
    severity: draft.severity,
    action: draft.action,
    tags: draft.tags,
    description: draft.description,
  };
  if (draft.scope) given.scope = draft.scope;
  if (draft.dimension) given.dimension = draft.dimension;
  if (maxFailures.trim() !== "") given.max_failures = Number(maxFailures);
  if (maxShare.trim() !== "") given.max_share = Number(maxShare.replace(",", ".")) / 100;
  if (draft.note.trim() !== "") given.note = draft.note.trim();
  return given;
}

/** The same, or what stands in its way. */
export function readDraft(draft: Draft): { definition: Definition | null; wrong: string | null } {
  try {
    return { definition: definitionOfDraft(draft), wrong: null };
  } catch {
    return { definition: null, wrong: "json" };
  }
}

/** A name for a rule that has none yet. */
export function proposedName({ kind, fields }: Draft): string {
  const words = [...fields, kind]
    .join("_")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_");
  return words.replace(/^[^a-z]+/, "").slice(0, 80);
}
