-- The deployed rules of a dataset that are SQL, with whoever saved each: for them it runs. The worker's alone.
create or replace function quality.sql_rules(p_dataset uuid)
returns table (name text, query text, returns text, low numeric, high numeric, saved_by uuid, by_service boolean)
language plpgsql stable security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
  most constant int := 100;
begin
  perform core.require('quality.execute');
  return query
    select r.name, v.parameters ->> 'query', coalesce(v.parameters ->> 'returns', 'rows'), (v.parameters ->> 'min')::numeric, (v.parameters ->> 'max')::numeric,
           v.saved_by, v.by_service
      from quality.rules r join quality.rule_versions v on v.org_id = r.org_id and v.rule_id = r.id and v.version = r.deployed_version
     where r.org_id = private.org_id() and r.dataset_id = p_dataset and r.enabled and v.kind = 'sql'
     order by r.name limit most;
end
$$;
comment on function quality.sql_rules(uuid) is 'Deployed rules of a dataset that are SQL, at most 100. The worker''s.';
grant execute on function quality.sql_rules(uuid) to cadastre_worker;
