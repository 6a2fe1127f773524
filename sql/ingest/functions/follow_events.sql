-- Changes the contract as a batch of events asks, where the dataset evolves: the worker has found what. False: the dataset
-- is being written to; as for the batch itself, that is not waited for, since a long load would hold up other streams.
create or replace function ingest.follow_events(p_dataset uuid, p_changes jsonb) returns boolean
language plpgsql security definer
set search_path = ''
as $$
declare
  d data.datasets;
begin
  perform core.require('run.execute');
  select * into d from data.datasets x where x.org_id = private.org_id() and x.id = p_dataset for update skip locked;
  if d.id is null then
    return false;
  end if;
  perform data.alter_dataset(d.id, (
      select jsonb_agg(c) from jsonb_array_elements(p_changes) c
       where (c ->> 'op' = 'add' and d.columns_evolution = 'evolve') or (c ->> 'op' = 'widen' and d.types_evolution = 'evolve')),
    'followed the events of a stream');
  return true;
end
$$;
comment on function ingest.follow_events(uuid, jsonb) is
  'Adds or widens fields as events ask, of a dataset that evolves: [{op: add|widen, ...}]. False: the dataset is busy. For the worker. Errors: DS001 to DS012.';
grant execute on function ingest.follow_events(uuid, jsonb) to cadastre_worker;
