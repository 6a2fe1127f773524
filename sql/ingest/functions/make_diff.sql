-- The difference between a file and the current table, and only that: rows to insert (no ctid), to update (with the
-- version and a mask of the fields that differ) and, for a snapshot, to delete (no line). Rows that say the same cost
-- one comparison. CREATE TABLE AS, since it may run parallel.
--
-- True: a key comes twice in the file, and the difference is not to be used. Found by counting: a full join tells how
-- many rows of either side have no partner, so how many of each have one; the two differ where a row has been paired
-- twice. Where the file is small beside the table, its keys are looked at themselves.
--
-- p_source: a query in brackets instead of the landing table, of typed rows with keys that come once (a batch of events).
-- Internal.
drop function if exists ingest.make_diff(ingest.runs, text[], bigint);
create or replace function ingest.make_diff(p_run ingest.runs, p_columns text[], p_landed bigint, p_source text default null) returns boolean
language plpgsql
set search_path = ''
-- Nothing is known of the landed rows. A hash join in parallel is right; by its guesses the planner would sort.
set parallel_tuple_cost = 0
set parallel_setup_cost = 0
set enable_mergejoin = off
as $$
declare
  typed text := coalesce(p_source, ingest.landing_name(p_run.id, p_run.lease_generation, 'typed'));
  kept text := ingest.landing_name(p_run.id, p_run.lease_generation, 'keys');
  n record := data.dataset_names(p_run.dataset_id);
  match text;
  held text;
  differs text;
  mask text;
  names text;
  held_key text;
  keys text;
  present bigint;
  unpaired_file bigint;
  unpaired_table bigint;
  repeated boolean;
  late boolean;
  full_join boolean;
begin
  select string_agg(format('t.%1$I = s.%1$I', f.name), ' and ' order by f.place) filter (where f.is_key),
         string_agg(format('k.%1$I = d.key_%2$s$', f.name, f.place), ' and ' order by f.place) filter (where f.is_key),
         string_agg(format('s.%I as key_%s$', f.name, f.place), ', ' order by f.place) filter (where f.is_key),
         coalesce(string_agg(format('t.%1$I is distinct from s.%1$I', f.name), ' or ') filter (where not f.is_key), 'false'),
         string_agg(format('t.%I', f.name), ', ' order by f.place),
         string_agg(format('%I', f.name), ', ' order by f.place) filter (where f.is_key)
    into match, held, held_key, differs, names, keys
    from ingest.landed_fields(p_run.dataset_id, p_columns) f;
  select string_agg(case when f.name = any (p_columns) and f.name <> all (n.key_fields)
           then format('case when t.%1$I is distinct from s.%1$I then ''1'' else ''0'' end', f.name) else '''0''' end,
           ' || ' order by f.position)
    into mask
    from data.fields f where f.org_id = p_run.org_id and f.dataset_id = p_run.dataset_id;

  -- Counting a large table for a batch of a stream would cost more than loading it: the planner's figure decides the way.
  full_join := p_source is null and (p_run.mode = 'snapshot' or p_landed * 4 > (select c.reltuples from pg_catalog.pg_class c where c.oid = n.current_table::regclass));
  if full_join then
    execute format('select count(*) from %s', n.current_table) into present;
  end if;
  drop table if exists pg_temp.cadastre_diff;
  execute format($q$
    create temp table cadastre_diff on commit drop as
    select t.line$, s.ctid as ctid$, s.version as version$,
           case when t.line$ is not null and s.version is not null then (%1$s)::bit varying end as mask$,
           s.valid_from >= now() as late$, %2$s %3$s
      from %4$s t %5$s join %6$s s on %7$s
     where s.version is null or t.line$ is null or %8$s $q$,
    mask, names, case when p_run.mode = 'snapshot' then ', ' || held_key else '' end, typed,
    case when full_join then 'full' else 'left' end, n.current_table, match, differs);
  select count(*) filter (where ctid$ is null), count(*) filter (where line$ is null),
         coalesce(bool_or(late$) filter (where line$ is not null or p_run.mode = 'snapshot'), false)
    into unpaired_file, unpaired_table, late from pg_temp.cadastre_diff;
  if full_join then
    repeated := p_landed - unpaired_file <> present - unpaired_table;
    if not repeated then
      execute format('select exists (select from pg_temp.cadastre_diff where ctid$ is null group by %s having count(*) > 1)', keys) into repeated;
    end if;
  elsif p_source is null then
    execute format('select exists (select from %s group by %s having count(*) > 1)', typed, keys) into repeated;
  end if;
  if repeated then
    return true;
  end if;
  if p_run.mode = 'snapshot' then
    execute format('delete from pg_temp.cadastre_diff d using %s k where d.line$ is null and %s', kept, held);
    perform ingest.spare_rows(p_run, p_columns);
  end if;
  -- A row changed by hand after this transaction began would get a version older than the one it replaces.
  if late then
    perform core.raise('40001', 'a row was changed while the merge began', 'The merge is tried again at once.');
  end if;
  return false;
end
$$;
comment on function ingest.make_diff(ingest.runs, text[], bigint, text) is 'Makes pg_temp.cadastre_diff; true where a key repeats. Error 40001: try again. Internal.';
