-- Starts what was taken, in the taker's transaction: each organization's under a claim of its own service, which the worker
-- signed. One call for all of them, since a tick with 500 due must not go 500 times over the network.
create or replace function ingest.start_scheduled(p_taken jsonb) returns int
language plpgsql
set search_path = ''
as $$
declare
  item jsonb;
  id uuid;
  started int := 0;
begin
  for item in select e from jsonb_array_elements(p_taken) e loop
    perform set_config('cadastre.claim', item ->> 'claim', true);
    for id in select e::uuid from jsonb_array_elements_text(item -> 'ids') e loop
      if item ->> 'kind' = 'backfill' then
        perform ingest.advance_backfill(id);
      elsif ingest.start_schedule_run(id) then
        started := started + 1;
      end if;
    end loop;
  end loop;
  return started;
end
$$;
comment on function ingest.start_scheduled(jsonb) is 'Starts [{claim, kind, ids}]; gives how many runs were started.';
grant execute on function ingest.start_scheduled(jsonb) to cadastre_worker;
