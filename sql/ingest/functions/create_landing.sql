-- The landing tables of a run: `raw` has the line and every column as text, `typed` the line and the contract's
-- columns with their types. Unlogged: they need not survive, the file does.
create or replace function ingest.create_landing(p_run uuid, p_generation int, p_columns text[], p_kind text) returns text
language plpgsql security definer
set search_path = ''
as $$
declare
  run ingest.runs;
  target text := ingest.landing_name(p_run, p_generation, p_kind);
  columns text;
begin
  perform core.require('run.execute');
  run := ingest.assert_lease(p_run, p_generation);
  if p_kind = 'raw' then
    select string_agg(format('c%s text', place), ', ' order by place) into columns
      from unnest(p_columns) with ordinality c (name, place);
  else
    select string_agg(format('%I %s', f.name, f.type), ', ' order by f.place) into columns
      from ingest.landed_fields(run.dataset_id, p_columns) f;
  end if;
  execute format('create unlogged table %s (line bigint, %s)', target, columns);
  execute format('grant select, insert on %s to cadastre_worker', target);
  return target;
end
$$;
comment on function ingest.create_landing(uuid, int, text[], text) is
  'Makes a run''s landing table of a kind (raw, typed) and returns its name. Error IN007: the lease is lost.';
grant execute on function ingest.create_landing(uuid, int, text[], text) to cadastre_worker;
grant usage on schema landing to cadastre_worker;
