-- Writes the difference and nothing else. Version, time, author and mask are set by the statements themselves, so that
-- only the statement trigger that keeps history runs. A row that comes back after a deletion goes on with the
-- tombstone's version. Returns what was written. Internal.
create or replace function ingest.write_diff(p_run ingest.runs, p_columns text[],
                                             out inserted bigint, out updated bigint, out deleted bigint)
returns record
language plpgsql
set search_path = ''
-- By ctid each row is found in one step; the planner would read the whole table to join.
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  n record := data.dataset_names(p_run.dataset_id);
  sets text;
  names text;
  values_ text;
  key_match text;
  author uuid := private.user_id();
begin
  select string_agg(format('%1$I = d.%1$I', f.name), ', ' order by f.place) filter (where not f.is_key),
         string_agg(format('%I', f.name), ', ' order by f.place),
         string_agg(format('d.%I', f.name), ', ' order by f.place),
         string_agg(format('h.%1$I = d.%1$I', f.name), ' and ') filter (where f.is_key)
    into sets, names, values_, key_match
    from ingest.landed_fields(p_run.dataset_id, p_columns) f;

  updated := 0;
  if sets is not null then
    execute format($q$
      update %1$s s set %2$s, version = d.version$ + 1, change_type = 'update', change_mask = d.mask$, valid_from = now(),
             changed_by = $1, run_id = $2, source_line = d.line$, change_reason = $3
        from pg_temp.cadastre_diff d
       where s.ctid = d.ctid$ and d.line$ is not null $q$, n.current_table, sets) using author, p_run.id, p_run.reason;
    get diagnostics updated = row_count;
  end if;
  deleted := 0;
  if p_run.mode = 'snapshot' then
    execute format('delete from %s s using pg_temp.cadastre_diff d where s.ctid = d.ctid$ and d.line$ is null', n.current_table);
    get diagnostics deleted = row_count;
  end if;
  execute format($q$
    insert into %1$s (org_id, %2$s, version, change_type, valid_from, changed_by, run_id, source_line, change_reason)
    select $3, %3$s, 1 + coalesce((select max(h.version) from %4$s h where h.org_id = $3 and %5$s), 0),
           'insert', now(), $1, $2, d.line$, $4
      from pg_temp.cadastre_diff d where d.ctid$ is null $q$,
    n.current_table, names, values_, n.history_table, key_match) using author, p_run.id, p_run.org_id, p_run.reason;
  get diagnostics inserted = row_count;
end
$$;
comment on function ingest.write_diff(ingest.runs, text[]) is 'Writes pg_temp.cadastre_diff to the current table. Internal.';
