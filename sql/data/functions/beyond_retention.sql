-- SQL of the superseded versions that a rule of so many versions and days does not keep, oldest first, at most p_limit. Left alone are
--   the last version of a row that was deleted: numbers of versions go on behind it when the row comes back
--   rows under a legal hold
--   versions of loads that are not committed to yet: the sealer still has to read them
-- Internal.
create or replace function data.beyond_retention(p_dataset uuid, p_versions int, p_days int, p_limit int) returns text
language plpgsql stable
set search_path = '' set timezone = 'UTC' set datestyle = 'ISO, YMD'
as $$
declare
  n record := data.dataset_names(p_dataset);
  keys text[];
  same text;
  key_text text;
  key_list text;
  held jsonb;
  unsealed uuid[];
begin
  keys := case when n.keyed then n.key_fields else '{file_id,source_line}' end;
  select string_agg(format('o.%1$I = h.%1$I', k), ' and '), string_agg(format('%L, h.%I::text', k, k), ', '), string_agg(format('h.%I', k), ', ')
    into same, key_text, key_list from unnest(keys) k;
  select jsonb_agg(k.value) into held
    from data.legal_holds l cross join jsonb_array_elements(l.keys) k
   where l.org_id = n.org_id and l.dataset_id = p_dataset and l.released_at is null;
  unsealed := array(select c.run_id from audit.data_changes c
                     where c.org_id = n.org_id and c.dataset_id = p_dataset and c.commitments is null
                       and not exists (select from audit.change_parts p where p.org_id = c.org_id and p.change_id = c.id));
  return format($q$
    select h.* from %1$s h
     where %2$s %3$s
       and (h.change_type <> 'delete' or exists (select from %1$s o where %4$s and o.version > h.version) or exists (select from %5$s o where %4$s))
       and (h.run_id is null or h.run_id <> all (%6$L::uuid[])) %7$s
     order by h.valid_to, %8$s, h.version limit %9$s $q$,
    n.history_table,
    case when p_days is not null then format('h.valid_to < clock_timestamp() - make_interval(days => %s)', p_days) else 'true' end,
    case when p_versions is not null then format(
      'and (select count(*) from %1$s o where %2$s and o.version > h.version) + (select count(*) from %3$s o where %2$s) >= %4$s',
      n.history_table, same, n.current_table, p_versions) else '' end,
    same, n.current_table, unsealed,
    case when held is not null then format('and not %L::jsonb @> jsonb_build_array(jsonb_build_object(%s))', held, key_text) else '' end,
    key_list, p_limit);
end
$$;
comment on function data.beyond_retention(uuid, int, int, int) is 'SQL of versions beyond a rule of so many versions and days. Internal.';
revoke execute on function data.beyond_retention(uuid, int, int, int) from public;
