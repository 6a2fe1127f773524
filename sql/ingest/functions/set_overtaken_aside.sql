-- A batch of events that a person lets go on, or that is loaded again, comes late, and events apply in their order all the
-- same: of one key the last event that passes counts, as in ingest.check_events, and none where a later one was loaded
-- meanwhile (also one that changed nothing), or a later file wrote the row. What is overtaken is a duplicate. Later events are
-- known for as long as they are kept, rows always. Returns how many. Internal.
create or replace function ingest.set_overtaken_aside(p_run ingest.runs, p_columns text[]) returns bigint
language plpgsql
set search_path = ''
as $$
declare
  n record := data.dataset_names(p_run.dataset_id);
  typed constant text := ingest.landing_name(p_run.id, p_run.lease_generation, 'typed');
  out_table constant text := ingest.landing_name(p_run.id, p_run.lease_generation, 'out');
  keys text;
  stored text;
  sent text;
  named text;
  last_number bigint;
  moved bigint;
begin
  select string_agg(format('t.%I', f.name), ', ' order by f.place), string_agg(format('s.%1$I = t.%1$I', f.name), ' and '),
         string_agg(format('l.k%s = t.%I', f.place, f.name), ' and '),
         string_agg(format('case when pg_input_is_valid(%1$s, %2$L) then (%1$s)::%3$s end as k%4$s', x.value, d.type, d.type, f.place), ', ')
    into keys, stored, sent, named
    from ingest.landed_fields(p_run.dataset_id, p_columns) f
    join data.fields d on d.org_id = p_run.org_id and d.dataset_id = p_run.dataset_id and d.name = f.name
    cross join lateral (select format('coalesce(e.body ->> %L, e.body ->> %L)', d.name, d.source_name) as value) x
   where f.is_key;
  select max(e.number) into last_number
    from ingest.runs r join ingest.stream_events e on e.org_id = r.org_id and e.run_id = r.id
   where r.org_id = p_run.org_id and r.file_id = p_run.file_id;
  execute format($q$
    with later as materialized (
      select distinct %1$s
        from ingest.stream_events e
        join ingest.runs r on r.org_id = e.org_id and r.id = e.run_id
        -- The batch's own run, or the one that loaded its file again.
        join ingest.runs o on o.org_id = r.org_id and o.file_id = r.file_id and o.status = 'succeeded' and o.replay_of is null and o.undo_of is null
       where e.org_id = $1 and e.dataset_id = $2 and e.number > $4
         and not exists (select from ingest.rejected_rows x where x.org_id = o.org_id and x.run_id = o.id and x.line = e.line)
    ), placed as (
      select t.line$ as line, max(t.line$) over (partition by %2$s) as last_line,
             exists (select from later l where %3$s)
             or exists (select from %4$s s join ingest.runs y on y.org_id = $1 and y.id = s.run_id join ingest.files w on w.org_id = $1 and w.id = y.file_id
                         where %5$s and w.created_at > (select m.created_at from ingest.files m where m.org_id = $1 and m.id = $3)) as overtaken
        from %6$s t
    )
    insert into %7$s (line, first_line, reason)
    select p.line, p.last_line, 'duplicate' from placed p where p.overtaken or p.line <> p.last_line $q$,
    named, keys, sent, n.current_table, stored, typed, out_table)
    using p_run.org_id, p_run.dataset_id, p_run.file_id, last_number;
  execute format('delete from %s t using %s o where o.line = t.line$ and o.reason = ''duplicate''', typed, out_table);
  get diagnostics moved = row_count;
  return moved;
end
$$;
comment on function ingest.set_overtaken_aside(ingest.runs, text[]) is 'Moves events that later ones overtook from the typed to the out table. Internal.';
