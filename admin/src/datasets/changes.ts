/** The changes of a contract that a form's values mean, in the words of data.alter_dataset. */
import type { Row } from "../providers/shapes.ts";
import type { Field } from "./types.ts";

const NUMBERS = ["integer", "bigint", "numeric"];

/** Types that the field can become without losing a value. */
export function widerTypes(type: string): string[] {
  const place = NUMBERS.indexOf(type);
  const wider = place === -1 ? [] : NUMBERS.slice(place + 1);
  return type === "text" ? [] : [...wider, "text"];
}

export interface FieldForm {
  name: string;
  type: string;
  required: boolean;
  minimum: string;
  maximum: string;
  pattern: string;
  allowedValues: string;
  notInFuture: boolean;
  description: string;
}

export function formOf(field: Field): FieldForm {
  return {
    name: field.name,
    type: field.type,
    required: field.required,
    minimum: field.minimum ?? "",
    maximum: field.maximum ?? "",
    pattern: field.pattern ?? "",
    allowedValues: (field.allowedValues ?? []).join("\n"),
    notInFuture: field.notInFuture,
    description: field.description,
  };
}

function lines(text: string): string[] | null {
  const found = text.split("\n").map((line) => line.trim());
  const kept = found.filter((line) => line !== "");
  return kept.length > 0 ? kept : null;
}

/** What the form does not show stays as it is: `rules` replaces a field's rules whole. */
function rulesOf(form: FieldForm, field: Field, reference: string | null): Row {
  return {
    required: form.required,
    minimum: form.minimum || null,
    maximum: form.maximum || null,
    pattern: form.pattern || null,
    allowedValues: lines(form.allowedValues),
    notInFuture: form.notInFuture,
    description: form.description,
    nullTokens: field.nullTokens,
    sourceName: field.sourceName,
    ...(reference && field.referencesField
      ? { references: { dataset: reference, field: field.referencesField } }
      : {}),
  };
}

/** Widened first, so that new bounds fit the new type; renamed last, because changes go by the old name. */
export function changesOf(form: FieldForm, field: Field, reference: string | null): Row[] {
  const before = formOf(field);
  const changes: Row[] = [];
  if (form.type !== before.type) changes.push({ op: "widen", name: field.name, type: form.type });
  const { name: _n, type: _t, ...rules } = form;
  const { name: _bn, type: _bt, ...rulesBefore } = before;
  if (JSON.stringify(rules) !== JSON.stringify(rulesBefore)) {
    changes.push({ op: "rules", name: field.name, field: rulesOf(form, field, reference) });
  }
  if (form.name !== before.name) changes.push({ op: "rename", name: field.name, to: form.name });
  return changes;
}
