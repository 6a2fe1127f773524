-- The difference between a file and the current table, and only that: rows to insert (no ctid), to update (with the
-- version and a mask of the fields that differ) and, for a snapshot, to delete (no line). Rows that say the same cost
-- one comparison. CREATE TABLE AS, since it may run parallel. Internal.
create or replace function ingest.make_diff(p_run ingest.runs, p_columns text[]) returns void
language plpgsql
set search_path = ''
as $$
declare
  typed text := ingest.landing_name(p_run.id, p_run.lease_generation, 'typed');
  kept text := ingest.landing_name(p_run.id, p_run.lease_generation, 'keys');
  n record := data.dataset_names(p_run.dataset_id);
  match text;
  held text;
  differs text;
  mask text;
  names text;
  held_key text;
begin
  select string_agg(format('t.%1$I = s.%1$I', f.name), ' and ' order by f.place) filter (where f.is_key),
         string_agg(format('k.%1$I = d.key_%2$s', f.name, f.place), ' and ' order by f.place) filter (where f.is_key),
         string_agg(format('s.%I as key_%s', f.name, f.place), ', ' order by f.place) filter (where f.is_key),
         coalesce(string_agg(format('t.%1$I is distinct from s.%1$I', f.name), ' or ') filter (where not f.is_key), 'false'),
         string_agg(format('t.%I', f.name), ', ' order by f.place)
    into match, held, held_key, differs, names
    from ingest.landed_fields(p_run.dataset_id, p_columns) f;
  select string_agg(case when f.name = any (p_columns) and f.name <> all (n.key_fields)
           then format('case when t.%1$I is distinct from s.%1$I then ''1'' else ''0'' end', f.name) else '''0''' end,
           ' || ' order by f.position)
    into mask
    from data.fields f where f.org_id = p_run.org_id and f.dataset_id = p_run.dataset_id;

  drop table if exists pg_temp.cadastre_diff;
  execute format($q$
    create temp table cadastre_diff on commit drop as
    select t.line, s.ctid as row_ctid, s.version,
           case when t.line is not null and s.version is not null then (%1$s)::bit varying end as mask,
           s.valid_from >= now() as late, %2$s %3$s
      from %4$s t %5$s join %6$s s on %7$s
     where s.version is null or t.line is null or %8$s $q$,
    mask, names, case when p_run.mode = 'snapshot' then ', ' || held_key else '' end, typed,
    case when p_run.mode = 'snapshot' then 'full' else 'left' end, n.current_table, match, differs);
  if p_run.mode = 'snapshot' then
    execute format('delete from pg_temp.cadastre_diff d using %s k where d.line is null and %s', kept, held);
    perform ingest.spare_rows(p_run, p_columns);
  end if;
  -- A row changed by hand after this transaction began would get a version older than the one it replaces.
  if exists (select from pg_temp.cadastre_diff where late) then
    perform core.raise('40001', 'a row was changed while the merge began', 'The merge is tried again at once.');
  end if;
end
$$;
comment on function ingest.make_diff(ingest.runs, text[]) is 'Makes pg_temp.cadastre_diff. Error 40001: try again. Internal.';
