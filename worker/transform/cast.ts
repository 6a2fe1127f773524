/** Text into types: how a value is written, whether it fits, and what it is. */

import { DEFAULT_NULL_TOKENS } from "../../lib/contract/types.ts";
import { quoteName } from "../../lib/expressions/compile.ts";

export interface Cast {
  type: string;
  decimal?: "." | "," | undefined;
  order?: "ymd" | "dmy" | "mdy" | undefined;
}

const NULLS = DEFAULT_NULL_TOKENS.map((token) => `'${token}'`).join(", ");

/** The value as PostgreSQL reads it, from the alias `t`; null where the file means null. */
function normal(column: string, { type, decimal, order }: Cast): string {
  const plain = `btrim(t.${quoteName(column)}::text)`;
  const value = `(case when ${plain} in (${NULLS}) then null else ${plain} end)`;
  if (decimal === "," && /^(integer|bigint|numeric)/.test(type)) {
    // What is not written so stays as it is with a mark that no number has, so that it is told and not misread.
    return String.raw`(select case when v ~ '^[-+]?([0-9]{1,3}(\.[0-9]{3})+|[0-9]+)(,[0-9]+)?$'
      then replace(replace(v, '.', ''), ',', '.') else v || '?' end from (select ${value} as v offset 0) o)`;
  }
  if ((order === "dmy" || order === "mdy") && (type === "date" || type === "timestamptz")) {
    const places = order === "dmy" ? String.raw`\3-\2-\1` : String.raw`\3-\1-\2`;
    return `(select case when v ~ '^[0-9]{1,2}[./-][0-9]{1,2}[./-][0-9]{4}'
      then regexp_replace(v, '^([0-9]{1,2})[./-]([0-9]{1,2})[./-]([0-9]{4})', '${places}') else v || '?' end from (select ${value} as v offset 0) o)`;
  }
  return value;
}

/** The typed value; where it does not fit null, or strictly an error, so that nobody has to look for misfits first. */
export function castSql(column: string, cast: Cast, strict: boolean): string {
  if (cast.type === "text") return `t.${quoteName(column)}::text`;
  if (strict) return `${normal(column, cast)}::${cast.type}`;
  return `(select case when pg_input_is_valid(v, '${cast.type}') then v::${cast.type} end from (select ${normal(column, cast)} as v offset 0) o)`;
}

/** True where a value is there and does not fit. */
export function misfitSql(column: string, cast: Cast): string {
  if (cast.type === "text") return "false";
  return `(select v is not null and not pg_input_is_valid(v, '${cast.type}') from (select ${normal(column, cast)} as v offset 0) o)`;
}
