-- Versions whose end is not the next version's beginning. The end is not committed to with the version, since it is not
-- known then; it is the next one's beginning, which is. For verification.
create or replace function data.broken_intervals(p_dataset uuid) returns setof text
language plpgsql security definer
set search_path = '' set timezone = 'UTC' set datestyle = 'ISO, YMD' set work_mem = '64MB'
as $$
declare
  n record;
  keys text;
  columns text;
begin
  perform core.require('audit.export');
  perform core.require('record.view');
  n := data.dataset_names(p_dataset);
  select string_agg(format('%I', k.name), ', ' order by k.ordinality) into keys
    from unnest(case when n.keyed then n.key_fields else '{file_id,source_line}' end) with ordinality k (name, ordinality);
  columns := case when n.keyed then keys || ', file_id, source_line' else keys end;
  return query execute format($q$
    select %1$s
      from (select t.*, lead(t.valid_from) over (partition by %2$s order by t.version) as next_from
              from (select %3$s, version, change_type, valid_from, valid_to from %4$s
                    union all select %3$s, version, change_type, valid_from, null from %5$s %6$s) t) t
     where t.valid_to is distinct from case when t.change_type = 'delete' then t.valid_from else t.next_from end $q$,
    data.version_name(p_dataset), keys, columns, n.history_table, n.current_table,
    coalesce(format('union all select %s, version, change_type, valid_from, valid_to from ', columns) || data.staged_archives(p_dataset), ''));
end
$$;
comment on function data.broken_intervals(uuid) is 'Names of versions whose end is not the next one''s beginning. Needs audit.export and record.view. Error DS001.';
revoke execute on function data.broken_intervals(uuid) from public;
grant execute on function data.broken_intervals(uuid) to cadastre_worker;
