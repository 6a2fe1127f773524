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
  pg_partition_tree: ["relid", "parentrelid", "isleaf", "level"],
  pg_partition_ancestors: ["relid"],
  pg_get_object_address: ["classid", "objid", "objsubid"],
  pg_identify_object: ["type", "schema", "name", "identity"],
  pg_identify_object_as_address: ["type", "object_names", "object_args"],
  pg_available_extensions: ["name", "default_version", "comment"],
  pg_sequence_parameters:
    "start_value minimum_value maximum_value increment cycle_option cache_size data_type".split(" "),
  pg_stat_file: ["size", "access", "modification", "change", "creation", "isdir"],
  pg_ls_logdir: ["name", "size", "modification"],
  pg_ls_waldir: ["name", "size", "modification"],
  pg_ls_tmpdir: ["name", "size", "modification"],
  pg_ls_archive_statusdir: ["name", "size", "modification"],
  pg_split_walfile_name: ["segment_number", "timeline_id"],
  pg_last_committed_xact: ["xid", "timestamp", "roident"],
  pg_control_system: "pg_control_version catalog_version_no system_identifier pg_control_last_modified".split(
    " ",
  ),
  pg_config: ["name", "setting"],
  pg_get_wait_events: ["type", "name", "description"],
  pg_logical_slot_get_changes: ["lsn", "xid", "data"],
  pg_logical_slot_peek_changes: ["lsn", "xid", "data"],
};

export const functionColumns = (name: string): string[] | null =>
  Object.hasOwn(COLUMNS, name) ? COLUMNS[name]! : null;
