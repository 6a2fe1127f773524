-- Rows that are not of their types get all their other reasons too: rules are asked of those values that can be read.
-- Rows that only lose a value go on and are asked with all others. Internal.
create or replace function ingest.find_failures(p_run ingest.runs, p_columns text[], p_rules jsonb) returns void
language plpgsql
set search_path = ''
as $$
declare
  raw text := ingest.landing_name(p_run.id, p_run.lease_generation, 'raw');
  fail text := ingest.landing_name(p_run.id, p_run.lease_generation, 'fail');
  guarded text;
  safe text;
begin
  if to_regclass(fail) is null then
    execute format('create ' || ingest.landing_kind() || ' table %s (line bigint, row_ctid tid, types int[], rules int[], rejected boolean, done boolean)', fail);
  end if;
  if jsonb_array_length(p_rules) = 0 or to_regclass(raw) is null then
    return;
  end if;
  -- A value that is not of its type is not missing besides.
  select string_agg(format('case when (%s) and %s <> all (t.types$) then %s end', r ->> 'fails', r ->> 'place', r ->> 'no'), ', ' order by r -> 'no')
    into guarded from jsonb_array_elements(p_rules) r;
  select string_agg(format('case when %s then %s end as %I', f.valid, f.typed, f.name), ', ' order by f.place)
    into safe from ingest.landed_fields(p_run.dataset_id, p_columns) f;
  execute format(
    'update %1$s f set rules = array_remove(array[%2$s]::int[], null)
       from (select r.line as line$, x.types as types$, %3$s from %4$s r join %1$s x on x.line = r.line) t
      where t.line$ = f.line and f.rejected', fail, guarded, safe, raw);
end
$$;
comment on function ingest.find_failures(ingest.runs, text[], jsonb) is 'Finds all reasons of a run''s rows that are not of their types. Internal.';
