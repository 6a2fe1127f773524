/** A definition as a form holds it: what is half typed keeps its place, and objects are rows in an order. */

export const STEP_KINDS = [
  "rename",
  "select",
  "cast",
  "derive",
  "filter",
  "deduplicate",
  "split",
  "join",
  "mask",
  "sql",
] as const;
export type StepKind = (typeof STEP_KINDS)[number];

export const CAST_TYPES = [
  "text",
  "integer",
  "bigint",
  "numeric",
  "boolean",
  "date",
  "timestamptz",
  "time",
  "uuid",
  "jsonb",
] as const;

export interface Pair {
  left: string;
  right: string;
  /** cast: how it is written; derive: "sql" where the formula is SQL. */
  extra: string;
}

export interface StepDraft {
  id: string;
  kind: StepKind;
  pairs: Pair[];
  more: Pair[];
  names: string[];
  text: string;
  options: Record<string, string>;
}

export interface OutputDraft {
  dataset: string;
  mode: string;
  keys: string[];
}

export interface Draft {
  kind: "flow" | "model";
  /** What ranges that it can be run over are ranges of; type "": none. */
  range: { type: string; field: string };
  input: { kind: "file" | "dataset"; name: string; more: Json };
  steps: StepDraft[];
  output: OutputDraft;
  /** Models alone. */
  sql: string;
  materialized: string;
  cursor: string;
}

export type Json = Record<string, unknown>;

let made = 0;
const newId = (): string => `step-${++made}`;

export const emptyPair = (): Pair => ({ left: "", right: "", extra: "" });

export function newStep(kind: StepKind): StepDraft {
  return { id: newId(), kind, pairs: [emptyPair()], more: [emptyPair()], names: [], text: "", options: {} };
}

export function emptyDraft(): Draft {
  return {
    kind: "flow",
    range: { type: "", field: "" },
    input: { kind: "dataset", name: "", more: {} },
    steps: [],
    output: { dataset: "", mode: "", keys: [] },
    sql: "",
    materialized: "table",
    cursor: "",
  };
}

const record = (value: unknown): Json => (typeof value === "object" && value !== null ? (value as Json) : {});
const text = (value: unknown): string => (value === null || value === undefined ? "" : String(value));
const list = (value: unknown): string[] => (Array.isArray(value) ? value.map(text) : []);

const pairsOf = (value: unknown): Pair[] =>
  Object.entries(record(value)).map(([left, right]) => ({ left, right: text(right), extra: "" }));

function castPairs(value: unknown): Pair[] {
  return Object.entries(record(value)).map(([left, wanted]) => {
    const { type, decimal, order } = record(wanted);
    return typeof wanted === "string"
      ? { left, right: wanted, extra: "" }
      : { left, right: text(type), extra: decimal === "," ? "," : text(order) };
  });
}

const formulaOf = (value: unknown): { text: string; extra: string } =>
  typeof value === "object" && value !== null
    ? { text: text(record(value).sql), extra: "sql" }
    : { text: text(value), extra: "" };

function derivePairs(value: unknown): Pair[] {
  return Object.entries(record(value)).map(([left, wanted]) => {
    const formula = formulaOf(wanted);
    return { left, right: formula.text, extra: formula.extra };
  });
}

const READ: Record<StepKind, (step: Json) => Partial<StepDraft>> = {
  rename: (step) => ({ pairs: pairsOf(step.fields) }),
  select: (step) => ({ names: list(step.fields) }),
  cast: (step) => ({ pairs: castPairs(step.fields), options: { on_error: text(step.on_error) } }),
  derive: (step) => ({ pairs: derivePairs(step.fields) }),
  filter: (step) => {
    const formula = formulaOf(step.where);
    return { text: formula.text, options: { language: formula.extra } };
  },
  deduplicate: (step) => ({
    names: list(step.keys),
    pairs: (Array.isArray(step.order) ? step.order : []).map((one) => ({
      left: text(record(one).field),
      right: text(record(one).direction) || "asc",
      extra: "",
    })),
  }),
  split: (step) => {
    const formula = formulaOf(step.where);
    return {
      text: formula.text,
      names: list(step.into),
      options: {
        what: step.field === undefined ? "rows" : "field",
        language: formula.extra,
        dataset: text(record(step.output).dataset),
        mode: text(record(step.output).mode),
        field: text(step.field),
        separator: text(step.separator),
        keep: step.keep === true ? "yes" : "",
      },
    };
  },
  join: (step) => ({
    pairs: pairsOf(step.on),
    more: pairsOf(step.fields),
    options: { dataset: text(step.dataset), type: text(step.type) },
  }),
  mask: (step) => ({
    names: list(step.fields),
    options: {
      method: text(step.method),
      value: text(step.value),
      first: text(step.first),
      last: text(step.last),
    },
  }),
  sql: (step) => ({ text: text(step.sql) }),
};

const isKind = (kind: unknown): kind is StepKind => STEP_KINDS.includes(kind as StepKind);

/** The draft of a definition that was saved. */
export function draftOf(definition: Json): Draft {
  const draft = emptyDraft();
  const model = definition.kind === "model";
  const output = model ? definition : record(definition.output);
  draft.output = { dataset: text(output.dataset), mode: text(output.mode), keys: list(output.key_fields) };
  const range = record(definition.range);
  draft.range = { type: text(range.type), field: text(range.field) };
  if (model) {
    return {
      ...draft,
      kind: "model",
      sql: text(definition.sql),
      materialized: text(definition.materialized),
      cursor: text(definition.cursor),
    };
  }
  const { kind, name, ...more } = record(definition.input);
  draft.input = { kind: kind === "file" ? "file" : "dataset", name: text(name), more };
  draft.steps = (Array.isArray(definition.steps) ? definition.steps : [])
    .map(record)
    .filter((step) => isKind(step.kind))
    .map((step) => ({ ...newStep(step.kind as StepKind), ...READ[step.kind as StepKind](step) }));
  return draft;
}

const filled = (pairs: Pair[]): Pair[] => pairs.filter(({ left }) => left.trim() !== "");
const fieldsOf = (pairs: Pair[]): Json =>
  Object.fromEntries(filled(pairs).map(({ left, right }) => [left, right]));
const formula = (written: string, language: string | undefined): unknown =>
  language === "sql" ? { sql: written } : written;

function castOf({ right, extra }: Pair): unknown {
  if (extra === "") return right;
  return extra === "," ? { type: right, decimal: "," } : { type: right, order: extra };
}

const number = (written: string | undefined): Json | number | undefined =>
  written ? Number(written) : undefined;

const WRITE: Record<StepKind, (step: StepDraft) => Json> = {
  rename: ({ pairs }) => ({ fields: fieldsOf(pairs) }),
  select: ({ names }) => ({ fields: names }),
  cast: ({ pairs, options }) => ({
    fields: Object.fromEntries(filled(pairs).map((pair) => [pair.left, castOf(pair)])),
    ...(options.on_error ? { on_error: options.on_error } : {}),
  }),
  derive: ({ pairs }) => ({
    fields: Object.fromEntries(filled(pairs).map(({ left, right, extra }) => [left, formula(right, extra)])),
  }),
  filter: (step) => ({ where: formula(step.text, step.options.language) }),
  deduplicate: ({ names, pairs }) => ({
    keys: names,
    order: filled(pairs).map(({ left, right }) => ({ field: left, direction: right || "asc" })),
  }),
  split: ({ text: where, names, options }) =>
    options.what === "field"
      ? {
          field: options.field,
          separator: options.separator,
          into: names,
          ...(options.keep ? { keep: true } : {}),
        }
      : {
          where: formula(where, options.language),
          output: { dataset: options.dataset, ...(options.mode ? { mode: options.mode } : {}) },
        },
  join: ({ pairs, more, options }) => ({
    dataset: options.dataset,
    on: fieldsOf(pairs),
    fields: fieldsOf(more),
    ...(options.type ? { type: options.type } : {}),
  }),
  mask: ({ names, options }) => ({
    fields: names,
    method: options.method || "hash",
    ...(options.method === "constant" ? { value: options.value ?? "" } : {}),
    ...(options.method === "partial"
      ? { first: number(options.first) ?? 0, last: number(options.last) ?? 0 }
      : {}),
  }),
  sql: (step) => ({ sql: step.text }),
};

/** The definition that a draft says; what of it is wrong, the server tells by its place. */
export function definitionOf(draft: Draft): Json {
  const { dataset, mode, keys } = draft.output;
  const { type, field } = draft.range;
  const byField = draft.kind === "flow" && draft.input.kind === "dataset" && field !== "";
  const range = type === "" ? {} : { range: { type, ...(byField ? { field } : {}) } };
  const target = {
    dataset,
    ...(keys.length > 0 ? { key_fields: keys } : {}),
  };
  if (draft.kind === "model") {
    return {
      kind: "model",
      sql: draft.sql,
      materialized: draft.materialized,
      ...target,
      ...(draft.materialized === "incremental" ? { cursor: draft.cursor } : {}),
      ...range,
    };
  }
  const { kind, name, more } = draft.input;
  return {
    input: kind === "file" ? { kind, ...more } : { kind, name },
    steps: draft.steps.map((step) => ({ kind: step.kind, ...WRITE[step.kind](step) })),
    output: { ...target, ...(mode ? { mode } : {}) },
    ...range,
  };
}

/** A step in a few words, for the graph and for its card while it is closed. */
export function summaryOf(step: StepDraft): string {
  const pairs = filled(step.pairs);
  const names = step.names.join(", ");
  switch (step.kind) {
    case "rename":
      return pairs.map(({ left, right }) => `${left} → ${right}`).join(", ");
    case "cast":
      return pairs.map(({ left, right }) => `${left}: ${right}`).join(", ");
    case "derive":
      return pairs.map(({ left, right }) => `${left} = ${right}`).join(", ");
    case "join":
      return `${step.options.dataset ?? ""} (${pairs.map(({ left, right }) => `${left} = ${right}`).join(", ")})`;
    case "split":
      return step.options.what === "field"
        ? `${step.options.field ?? ""} → ${names}`
        : `${step.text} → ${step.options.dataset ?? ""}`;
    case "mask":
      return `${names}: ${step.options.method || "hash"}`;
    case "filter":
    case "sql":
      return step.text;
    default:
      return names;
  }
}
