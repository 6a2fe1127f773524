/** Columns whose values are no longer of their field's type. */

import { DEFAULT_NULL_TOKENS } from "../../lib/contract/types.ts";
import {
  BIGINT,
  BOOLEAN,
  DATE,
  INTEGER,
  JSONB,
  NUMERIC,
  TIME,
  TIMESTAMPTZ,
  typesOf,
  UUID,
} from "../../lib/contract/values.ts";
import { type OpenFile, readRecords } from "../readers/index.ts";
import { INFER_ROWS } from "./new-dataset.ts";
import { query } from "./session.ts";
import type { Field, LoadContext, Run } from "./types.ts";

/** A column nearly none of whose values fits was retyped; where more do, the others are bad values. */
const RETYPED_SHARE = 0.9;
/** Fewer values prove nothing. */
const MIN_VALUES = 50;
/** Values that look wrong are asked of PostgreSQL, which decides; so many of a column. */
const MAX_SUSPECTS = 200;
/** Looked at where the first rows raised the question. */
const SAMPLE_ROWS = 2000;
/** Narrow to wide: the first that all of the column's values fit is proposed. */
const WIDER = ["bigint", "numeric", "text"];

const BITS: Record<string, number> = {
  integer: INTEGER,
  bigint: BIGINT,
  numeric: NUMERIC,
  boolean: BOOLEAN,
  date: DATE,
  timestamptz: TIMESTAMPTZ,
  time: TIME,
  uuid: UUID,
  jsonb: JSONB,
};

export interface Retyped {
  change: "retyped";
  field: string;
  column: string;
  from: string;
  /** Null: no wider type takes these values. */
  to: string | null;
  evidence: string;
}

interface Watched {
  place: number;
  field: Field;
  bit: number;
  tokens: readonly string[];
  values: number;
  suspects: { line: number; value: string }[];
  suspected: number;
}

function watch(mapping: readonly (string | null)[], fields: readonly Field[]): Watched[] {
  return mapping.flatMap((name, place) => {
    const field = fields.find((one) => one.name === name);
    const bit = field === undefined ? undefined : BITS[field.type.replace(/\(.*/, "")];
    if (field === undefined || bit === undefined) return [];
    const tokens = field.null_tokens ?? DEFAULT_NULL_TOKENS;
    return [{ place, field, bit, tokens, values: 0, suspects: [], suspected: 0 }];
  });
}

function see(watched: readonly Watched[], row: readonly (string | null)[], line: number): void {
  for (const one of watched) {
    const value = row[one.place] ?? null;
    if (value === null || one.tokens.includes(value.trim())) continue;
    one.values++;
    if ((typesOf(value, one.bit) & one.bit) !== 0) continue;
    one.suspected++;
    if (one.suspects.length < MAX_SUSPECTS) one.suspects.push({ line, value });
  }
}

/**
 * Finds them. `thorough`: any value that does not fit counts, and all rows (up to INFER_ROWS) are looked at; else the
 * columns nearly none of whose values in the file's first rows fit.
 */
export async function findRetyped(
  context: LoadContext,
  run: Run,
  { source, inspection }: OpenFile,
  columns: readonly string[],
  mapping: readonly (string | null)[],
  fields: readonly Field[],
  thorough: boolean,
): Promise<Retyped[]> {
  let watched = watch(mapping, fields);
  if (!thorough) {
    // What the inspection has read anyhow tells whether there is anything to look for.
    for (const row of inspection.sample) see(watched, row, 0);
    watched = watched
      .filter((one) => one.values >= MIN_VALUES && one.suspected > RETYPED_SHARE * one.values)
      .map((one) => ({ ...one, values: 0, suspected: 0, suspects: [] }));
  }
  if (watched.length === 0) return [];
  let rows = 0;
  const most = thorough ? INFER_ROWS : SAMPLE_ROWS;
  for await (const batch of readRecords(source, inspection.dialect, columns, { raw: false })) {
    for (const { line, fields: values, problem } of batch) if (!problem) see(watched, values, line);
    rows += batch.length;
    if (rows >= most) break;
  }
  const found: Retyped[] = [];
  for (const one of watched) {
    const change = await judgeColumn(context, run, one, columns[one.place]!, thorough);
    if (change !== null) found.push(change);
  }
  return found;
}

/** PostgreSQL has the last word on what fits a type. */
async function judgeColumn(
  context: LoadContext,
  run: Run,
  { field, values, suspects, suspected }: Watched,
  column: string,
  thorough: boolean,
): Promise<Retyped | null> {
  if (suspected === 0) return null;
  const texts = suspects.map(({ value }) => value);
  const rows = await query<{ wrong: string; at: string; to: string | null }>(
    context,
    run,
    `select count(*) filter (where not pg_input_is_valid(v.value, $2)) as wrong,
            coalesce(min(v.place) filter (where not pg_input_is_valid(v.value, $2)), 1) as at,
            (select w.type from unnest($3::text[]) with ordinality w (type, place)
              where data.is_wider($2, w.type) and not exists (select from unnest($1::text[]) x where not pg_input_is_valid(x, w.type))
              order by w.place limit 1) as "to"
       from unnest($1::text[]) with ordinality v (value, place)`,
    [texts, field.type, WIDER],
  );
  const { wrong, at, to } = rows[0]!;
  if (Number(wrong) === 0) return null;
  const share = (Number(wrong) / suspects.length) * (suspected / values);
  if (!thorough && share <= RETYPED_SHARE) return null;
  const first = suspects[Number(at) - 1]!;
  const about = suspects.length < suspected ? "about " : "";
  const evidence = `${about}${Math.round(share * values)} of ${values} values are not ${field.type}: line ${first.line} has ${JSON.stringify(first.value.slice(0, 60))}`;
  return { change: "retyped", field: field.name, column, from: field.type, to, evidence };
}
