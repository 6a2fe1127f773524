-- Runs a dataset's retention now instead of when it is due.
create or replace function data.run_retention(dataset_id uuid) returns data.retention_rules
language plpgsql security definer
set search_path = ''
as $$
declare
  r data.retention_rules;
begin
  perform core.require('compliance.edit');
  select * into r from data.retention_rules x where x.org_id = private.org_id() and x.dataset_id = run_retention.dataset_id;
  if r.org_id is null then
    perform core.raise('RT010', 'the dataset has no retention rule', 'Set one: cadastre retention set.', 'dataset_id');
  end if;
  perform core.enqueue('data__retain', json_build_object('orgId', r.org_id, 'datasetId', r.dataset_id), 'retention:' || r.org_id, 'retain:' || r.dataset_id);
  return r;
end
$$;
comment on function data.run_retention(uuid) is 'Runs a dataset''s retention now. Needs compliance.edit. Error RT010: no rule.';
grant execute on function data.run_retention(uuid) to cadastre_user, cadastre_worker;
