/** Which column of a file fills which field of the contract. */
import { fieldNames } from "../../lib/contract/names.ts";
import { AppError } from "../../lib/errors.ts";
import type { Field } from "./types.ts";

const MAX_NAMED = 5;

/** Case and spaces do not tell columns apart. */
export function fold(name: string): string {
  return name.trim().toLowerCase().replace(/\s+/g, " ");
}

function list(names: readonly string[]): string {
  const shown = names.slice(0, MAX_NAMED).join(", ");
  return names.length > MAX_NAMED ? `${shown} and ${names.length - MAX_NAMED} more` : shown;
}

/** Per column the field it fills, or null. A file without a header is matched by place where the widths agree. */
export function matchColumns(
  columns: readonly string[],
  fields: readonly Field[],
  header: boolean,
): (string | null)[] {
  if (!header && columns.length === fields.length) return fields.map((field) => field.name);
  const names = fieldNames(columns);
  const byName = new Map(fields.map((field) => [field.name, field]));
  const bySource = new Map(fields.map((field) => [fold(field.source_name), field]));
  const byAlias = new Map(
    fields.flatMap((field) => field.source_aliases.map((alias) => [fold(alias), field] as const)),
  );
  const taken = new Set<string>();
  const take = (field: Field | undefined): string | null => {
    if (field === undefined || taken.has(field.name)) return null;
    taken.add(field.name);
    return field.name;
  };
  // Names as files spell them first: two headers may fold to one field's name.
  const first = columns.map((column) => take(bySource.get(fold(column))));
  return columns.map(
    (column, i) =>
      first[i] ??
      take(byName.get(fold(column))) ??
      take(byAlias.get(fold(column))) ??
      take(byName.get(names[i]!)),
  );
}

/** Refuses a file whose header lacks what the contract cannot do without. */
export function requireColumns(
  mapping: readonly (string | null)[],
  fields: readonly Field[],
  keyFields: readonly string[],
  columns: readonly string[],
): void {
  const absent = fields.filter((field) => !mapping.includes(field.name));
  const key = absent.filter((field) => keyFields.includes(field.name)).map((field) => field.name);
  const found = `The file's columns are: ${list(columns)}.`;
  if (key.length > 0) {
    throw new AppError("IN010", `the file has no column for the key field ${list(key)}`, {
      hint: `Add the column, or rename the one that holds it. ${found}`,
      field: key[0],
    });
  }
  const required = absent.filter((field) => field.required).map((field) => field.name);
  if (required.length > 0) {
    throw new AppError("IN011", `the file has no column for the required field ${list(required)}`, {
      hint: `Add the column, or make the field optional in the contract. ${found}`,
      field: required[0],
    });
  }
}

/** The field names of a wanted key among a new file's columns. Throws AppError IN010 naming what is not there. */
export function matchKey(wanted: readonly string[], columns: readonly string[]): string[] {
  const names = fieldNames(columns);
  const folded = columns.map(fold);
  return wanted.map((key) => {
    const at = names.indexOf(key) >= 0 ? names.indexOf(key) : folded.indexOf(fold(key));
    if (at < 0) {
      throw new AppError("IN010", `the file has no column for the key field ${key}`, {
        hint: `Name key fields as the header does. The file's columns are: ${list(columns)}.`,
        field: key,
      });
    }
    return names[at]!;
  });
}
