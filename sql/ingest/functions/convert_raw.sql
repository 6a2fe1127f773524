-- From text to types: rows whose every value is of its field's type go to the typed table, the others are noted in
-- the fail table with the fields that are not. Not a cast is tried that could fail, so no value aborts a load.
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
  converted bigint;
begin
  perform core.require('run.execute');
  run := ingest.assert_lease(p_run, p_generation);
  if to_regclass(raw) is null then
    return 0;
  end if;
  select string_agg(format('%I', f.name), ', ' order by f.place),
         coalesce(string_agg(f.valid, ' and ' order by f.place) filter (where f.valid <> 'true'), 'true'),
         string_agg(format('%s as %I', f.typed, f.name), ', ' order by f.place),
         coalesce(string_agg(format('case when not %s then %s end', f.valid, f.place), ', ' order by f.place) filter (where f.valid <> 'true'), 'null')
    into names, valid, casts, failing
    from ingest.landed_fields(run.dataset_id, p_columns) f;
  execute format(
    'create unlogged table %s as
       select r.line, null::tid as row_ctid, array_remove(array[%s]::int[], null) as types, ''{}''::int[] as rules, true as rejected, false as done
         from %s r where not (%s)', fail, failing, raw, valid);
  if to_regclass(typed) is null then
    -- CREATE TABLE AS may run parallel, INSERT ... SELECT may not.
    execute format('create unlogged table %s as select r.line as line$, %s from %s r where %s', typed, casts, raw, valid);
  else
    execute format('insert into %s (line$, %s) select r.line, %s from %s r where %s', typed, names, casts, raw, valid);
  end if;
  get diagnostics converted = row_count;
  return converted;
end
$$;
comment on function ingest.convert_raw(uuid, int, text[]) is 'Moves a run''s well-typed raw rows to the typed table and notes the rest.';
grant execute on function ingest.convert_raw(uuid, int, text[]) to cadastre_worker;
