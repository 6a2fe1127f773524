/** What must be known of PostgreSQL's own functions: which aggregate, and what set-returning ones call their columns. */

const AGGREGATES = new Set(
  `any_value array_agg avg bit_and bit_or bit_xor bool_and bool_or corr count covar_pop covar_samp every json_agg
   json_agg_strict json_object_agg json_object_agg_strict json_object_agg_unique json_object_agg_unique_strict jsonb_agg
   jsonb_agg_strict jsonb_object_agg jsonb_object_agg_strict jsonb_object_agg_unique jsonb_object_agg_unique_strict max
   min mode percentile_cont percentile_disc range_agg range_intersect_agg regr_avgx regr_avgy regr_count regr_intercept
   regr_r2 regr_slope regr_sxx regr_sxy regr_syy stddev stddev_pop stddev_samp string_agg sum var_pop var_samp variance
   xmlagg`.split(/\s+/),
);

export const isAggregate = (name: string): boolean => AGGREGATES.has(name);

/** The columns of functions that yield rows, where they are not one column of the function's name. */
const COLUMNS: Record<string, string[]> = {
  json_each: ["key", "value"],
  jsonb_each: ["key", "value"],
  json_each_text: ["key", "value"],
  jsonb_each_text: ["key", "value"],
  json_array_elements: ["value"],
  jsonb_array_elements: ["value"],
  json_array_elements_text: ["value"],
  jsonb_array_elements_text: ["value"],
  each: ["key", "value"],
  ts_parse: ["tokid", "token"],
  ts_stat: ["word", "ndoc", "nentry"],
  ts_token_type: ["tokid", "alias", "description"],
  ts_debug: ["alias", "description", "token", "dictionaries", "dictionary", "lexemes"],
  aclexplode: ["grantor", "grantee", "privilege_type", "is_grantable"],
  pg_options_to_table: ["option_name", "option_value"],
  pg_get_keywords: ["word", "catcode", "barelabel", "catdesc", "baredesc"],
  pg_input_error_info: ["message", "detail", "hint", "sql_error_code"],
};

export const functionColumns = (name: string): string[] | null =>
  Object.hasOwn(COLUMNS, name) ? COLUMNS[name]! : null;
