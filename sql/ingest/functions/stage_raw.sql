-- Records that COPY set aside, as text, so that SQL can tell all that is wrong with them: [[line, value, ...], ...].
create or replace function ingest.stage_raw(p_run uuid, p_generation int, p_columns text[], p_rows jsonb) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  raw text := ingest.landing_name(p_run, p_generation, 'raw');
  columns text;
begin
  perform core.require('run.execute');
  perform ingest.assert_lease(p_run, p_generation);
  select string_agg(format('e ->> %s', place), ', ' order by place) into columns
    from unnest(p_columns) with ordinality c (name, place);
  execute format('insert into %s select (e ->> 0)::bigint, %s from jsonb_array_elements($1) e', raw, columns) using p_rows;
end
$$;
comment on function ingest.stage_raw(uuid, int, text[], jsonb) is 'Adds records to a run''s raw landing table. Error IN007.';
grant execute on function ingest.stage_raw(uuid, int, text[], jsonb) to cadastre_worker;
