-- What pg_temp.cadastre_restore holds, for people: counts, and the first rows with what would become of them and who
-- changed them last; conflicts first. Internal.
create or replace function data.tell_restores(p_dataset uuid) returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  n record := data.dataset_names(p_dataset);
  keys text[];
  same_row text;
  listed text;
  told jsonb;
  max_rows constant int := 100;
begin
  keys := case when n.keyed then n.key_fields else '{file_id,source_line}' end;
  select string_agg(format('v.%1$I = u.%1$I', k), ' and '), string_agg(format('u.%I', k), ', ') into same_row, listed from unnest(keys) k;
  execute format($q$
    select jsonb_build_object(
             'inserted', count(*) filter (where effect$ = 'insert'), 'updated', count(*) filter (where effect$ = 'update'),
             'deleted', count(*) filter (where effect$ = 'delete'), 'unchanged', count(*) filter (where effect$ = 'unchanged'),
             'missing', count(*) filter (where effect$ = 'missing'), 'conflicts', count(*) filter (where conflict$))
      from pg_temp.cadastre_restore $q$) into told;
  execute format($q$
    select $1 || jsonb_build_object('rows', coalesce(jsonb_agg(jsonb_build_object(
             'key', (select to_jsonb(k$) from (select %1$s) k$), 'effect', u.effect$, 'conflict', u.conflict$, 'version', u.before$,
             'changedBy', v.changed_by, 'changedAt', v.valid_from, 'changeRun', v.run_id)), '[]'))
      from (select * from pg_temp.cadastre_restore r where r.effect$ <> 'unchanged' order by r.conflict$ desc, %2$s limit $2) u
      left join lateral (select v.changed_by, v.valid_from, v.run_id from %3$s v where %5$s and v.version = u.latest$
                         union all
                         select v.changed_by, v.valid_from, v.run_id from %4$s v where %5$s and v.version = u.latest$) v on true $q$,
    listed, replace(listed, 'u.', 'r.'), n.current_table, n.history_table, same_row)
    into told using told, max_rows;
  return told;
end
$$;
comment on function data.tell_restores(uuid) is
  'Counts and first rows of pg_temp.cadastre_restore: {inserted, updated, deleted, unchanged, missing, conflicts, rows}. Internal.';
revoke execute on function data.tell_restores(uuid) from public;
