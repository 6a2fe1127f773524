-- Writes pg_temp.cadastre_restore: correcting versions, made by whoever asks. Nothing of what was is taken away. The
-- statements number their rows themselves; the triggers keep history and commit to it. Internal.
create or replace function data.write_restores(p_dataset uuid, p_run uuid, p_reason text) returns void
language plpgsql
set search_path = ''
as $$
declare
  n record := data.dataset_names(p_dataset);
  author uuid := private.user_id();
  keys text[];
  sets text;
  names text;
  taken text;
  line text;
  same text;
  planned record;
  written bigint;
begin
  keys := case when n.keyed then n.key_fields else '{file_id,source_line}' end;
  line := case when n.keyed then 'null' else 'h.source_line' end;
  select string_agg(format('%%1$s.%1$I = u.%1$I', k), ' and ') into same from unnest(keys) k;
  select coalesce(string_agg(format('%1$I = h.%1$I, ', f.name), '' order by f.position) filter (where f.name <> all (keys)), ''),
         string_agg(format('%I', f.name), ', ' order by f.position), string_agg(format('h.%I', f.name), ', ' order by f.position)
    into sets, names, taken
    from data.fields f where f.org_id = n.org_id and f.dataset_id = p_dataset;
  select count(*) filter (where effect$ = 'update') as updates, count(*) filter (where effect$ = 'delete') as deletes into planned
    from pg_temp.cadastre_restore;

  execute format($q$
    update %1$s c set %2$s version = c.version + 1, change_type = 'restore', change_mask = u.mask$,
           valid_from = greatest(now(), c.valid_from + interval '1 microsecond'), changed_by = $1, run_id = $2, source_line = %3$s, change_reason = $3
      from pg_temp.cadastre_restore u join %4$s h on %5$s and h.version = u.before$
     where %6$s and c.version = u.now$ and u.effect$ = 'update' $q$,
    n.current_table, sets, line, n.history_table, format(same, 'h'), format(same, 'c')) using author, p_run, p_reason;
  get diagnostics written = row_count;
  if written <> planned.updates then
    perform core.raise('40001', 'a row was changed meanwhile', 'Try again.');
  end if;
  execute format('delete from %s c using pg_temp.cadastre_restore u where %s and c.version = u.now$ and u.effect$ = ''delete''',
    n.current_table, format(same, 'c'));
  get diagnostics written = row_count;
  if written <> planned.deletes then
    perform core.raise('40001', 'a row was changed meanwhile', 'Try again.');
  end if;
  -- A row that comes back goes on after its tombstone.
  execute format($q$
    insert into %1$s (org_id, %2$s, file_id, version, change_type, valid_from, changed_by, run_id, source_line, change_reason)
    select $4, %3$s, h.file_id, u.latest$ + 1, 'restore', greatest(now(), l.valid_to + interval '1 microsecond'), $1, $2, %4$s, $3
      from pg_temp.cadastre_restore u
      join %5$s h on %6$s and h.version = u.before$
      join %5$s l on %7$s and l.version = u.latest$
     where u.effect$ = 'insert' $q$,
    n.current_table, names, taken, line, n.history_table, format(same, 'h'), format(same, 'l')) using author, p_run, p_reason, n.org_id;
end
$$;
comment on function data.write_restores(uuid, uuid, text) is 'Writes pg_temp.cadastre_restore as correcting versions. Error 40001. Internal.';
revoke execute on function data.write_restores(uuid, uuid, text) from public;
