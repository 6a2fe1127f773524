-- Keeps the contract in force as a version of its own, whole.
create or replace function data.record_contract(p_dataset uuid, p_version int, p_change text) returns void
language sql
set search_path = ''
as $$
  insert into data.contracts (org_id, dataset_id, version, fields, change, created_by)
  select private.org_id(), p_dataset, p_version,
         coalesce(jsonb_agg(to_jsonb(f) - 'org_id' - 'dataset_id' order by f.position), '[]'), p_change, private.user_id()
    from data.fields f
   where f.org_id = private.org_id() and f.dataset_id = p_dataset
$$;
comment on function data.record_contract(uuid, int, text) is 'Appends the contract in force to data.contracts.';
