/**
 * Ragged records mended without inventing or losing a character: empty fields too many are taken out, fields too
 * few are taken as empty, where the shape of the other records leaves one place for it. Anything else is rejected.
 */

/** Records that the shape is learned from. */
const LEARN_ROWS = 200;
/** Records of another width in a row that look like a second table. */
const OTHER_TABLE_ROWS = 4;
/** Most empty fields taken out, and put in: what is missing is a bolder guess. */
const MAX_EXTRA = 3;
const MAX_MISSING = 1;
const MAX_MASK = 32;

export interface RowShape {
  columns: readonly string[];
  rows: number;
  /** Per column: how often each form of value was seen. */
  forms: Map<string, number>[];
  /** Widths that a second table has: not mended. */
  otherWidths: Set<number>;
  lastWidth: number;
  runLength: number;
}

export function newShape(columns: readonly string[]): RowShape {
  return {
    columns,
    rows: 0,
    forms: columns.map(() => new Map()),
    otherWidths: new Set(),
    lastWidth: 0,
    runLength: 0,
  };
}

/** A value's form: digits as 9, letters as a; null and long texts as themselves. */
function formOf(value: string | null): string {
  if (value === null) return "null";
  if (value.length > MAX_MASK) return "long";
  return value.replace(/\d/g, "9").replace(/\p{L}+/gu, "a");
}

/** Learns from a good record. Costs nothing once enough were seen. */
export function seeRow(shape: RowShape, values: () => (string | null)[]): void {
  shape.runLength = 0;
  if (shape.rows >= LEARN_ROWS) return;
  shape.rows++;
  for (const [column, value] of values().entries()) {
    const forms = shape.forms[column];
    const form = formOf(value);
    if (forms !== undefined) forms.set(form, (forms.get(form) ?? 0) + 1);
  }
}

/** How well a value sits in a column: the share of its values that have the same form. */
function fit(shape: RowShape, column: number, value: string | null): number {
  const seen = shape.forms[column]?.get(formOf(value)) ?? 0;
  return shape.rows === 0 ? 0 : seen / shape.rows;
}

/** The mended record, or null where none, or no single one, suggests itself. */
export function repairRagged(shape: RowShape, values: (string | null)[]): (string | null)[] | null {
  const width = shape.columns.length;
  const difference = values.length - width;
  if (isOtherTable(shape, values) || difference > MAX_EXTRA || -difference > MAX_MISSING || values.length < 2)
    return null;
  let mended: (string | null)[] | null = values;
  for (let step = Math.abs(difference); step > 0 && mended !== null; step--) {
    mended = difference > 0 ? withoutOne(shape, mended) : withOneMore(shape, mended);
  }
  return mended;
}

function isOtherTable(shape: RowShape, values: (string | null)[]): boolean {
  const width = values.length;
  shape.runLength = width === shape.lastWidth ? shape.runLength + 1 : 1;
  shape.lastWidth = width;
  const names = new Set(shape.columns);
  const known = values.filter((value) => value !== null && names.has(value)).length;
  if (known > 1 && known * 2 >= shape.columns.length) shape.otherWidths.add(width);
  if (shape.runLength >= OTHER_TABLE_ROWS) shape.otherWidths.add(width);
  return shape.otherWidths.has(width);
}

/** Takes out the empty field whose removal lets the others sit best; the last of neighbours that are all empty. */
function withoutOne(shape: RowShape, values: (string | null)[]): (string | null)[] | null {
  const options = values.flatMap((value, at) =>
    value === null && values[at + 1] !== null ? [values.toSpliced(at, 1)] : [],
  );
  return best(shape, options);
}

/** Puts in an empty field where the others sit best then. */
function withOneMore(shape: RowShape, values: (string | null)[]): (string | null)[] | null {
  const options: (string | null)[][] = [];
  for (let at = 0; at <= values.length; at++) {
    if (values[at] !== null || at === values.length) options.push(values.toSpliced(at, 0, null));
  }
  return best(shape, options);
}

function best(shape: RowShape, options: (string | null)[][]): (string | null)[] | null {
  const scored = options
    .map((values) => ({
      values,
      score: values.reduce((sum, value, column) => sum + fit(shape, column, value), 0),
    }))
    .sort((a, b) => b.score - a.score);
  const [first, second] = scored;
  if (first === undefined) return null;
  return second === undefined || first.score > second.score + 0.05 ? first.values : null;
}
