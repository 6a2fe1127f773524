-- From text to types: rows whose every value is of its field's type go to the typed table, the others are noted in
-- the fail table with the fields that are not. Not a cast is tried that could fail, so no value aborts a load.
-- A value that is not of its type costs the row, or where the dataset says so (types_evolution discard_value) only
-- itself, outside of the key; a value in a column that the contract does not have costs the row where the dataset says
-- that (columns_evolution discard_row).
-- Where COPY typed the rows already, only those that it set aside are here (null tokens, and what is really wrong).
-- Returns how many rows went to the typed table.
create or replace function ingest.convert_raw(p_run uuid, p_generation int, p_columns text[]) returns bigint
language plpgsql security definer
set search_path = ''
as $$
declare
  run ingest.runs;
  raw text := ingest.landing_name(p_run, p_generation, 'raw');
  typed text := ingest.landing_name(p_run, p_generation, 'typed');
  fail text := ingest.landing_name(p_run, p_generation, 'fail');
  names text;
  valid text;
  casts text;
  failing text;
  fits text;
  converted bigint;
begin
  perform core.require('run.execute');
  run := ingest.assert_lease(p_run, p_generation);
  if to_regclass(raw) is null then
    return 0;
  end if;
  with d as (
    select x.columns_evolution = 'discard_row' as strict, x.types_evolution = 'discard_value' as lenient
      from data.datasets x where x.org_id = run.org_id and x.id = run.dataset_id
  ), field as (
    select f.place, f.name, f.valid, d.lenient and not f.is_key and f.valid <> 'true' as spared,
           case when d.lenient and not f.is_key and f.valid <> 'true' then format('case when %s then %s end', f.valid, f.typed) else f.typed end as typed
      from ingest.landed_fields(run.dataset_id, p_columns) f cross join d
  ), test as (
    select f.place, f.valid, f.spared from field f where f.valid <> 'true'
    union all
    select c.place::int, format('coalesce(btrim(r.c%s), '''') = ''''', c.place), false
      from unnest(p_columns) with ordinality c (name, place) cross join d where d.strict and c.name is null
  )
  select (select string_agg(format('%I', f.name), ', ' order by f.place) from field f),
         (select string_agg(format('%s as %I', f.typed, f.name), ', ' order by f.place) from field f),
         coalesce((select string_agg(t.valid, ' and ' order by t.place) from test t where not t.spared), 'true'),
         coalesce((select string_agg(t.valid, ' and ' order by t.place) from test t), 'true'),
         coalesce((select string_agg(format('case when not %s then %s end', t.valid, t.place), ', ' order by t.place) from test t), 'null')
    into names, casts, fits, valid, failing;
  execute format(
    'create ' || ingest.landing_kind() || ' table %s as
       select r.line, null::tid as row_ctid, array_remove(array[%s]::int[], null) as types, ''{}''::int[] as rules, not (%s) as rejected, false as done
         from %s r where not (%s)', fail, failing, fits, raw, valid);
  if to_regclass(typed) is null then
    -- CREATE TABLE AS may run parallel, INSERT ... SELECT may not.
    execute format('create ' || ingest.landing_kind() || ' table %s as select r.line as line$, %s from %s r where %s', typed, casts, raw, fits);
  else
    execute format('insert into %s (line$, %s) select r.line, %s from %s r where %s', typed, names, casts, raw, fits);
  end if;
  get diagnostics converted = row_count;
  return converted;
end
$$;
comment on function ingest.convert_raw(uuid, int, text[]) is 'Moves a run''s well-typed raw rows to the typed table and notes the rest.';
grant execute on function ingest.convert_raw(uuid, int, text[]) to cadastre_worker;
