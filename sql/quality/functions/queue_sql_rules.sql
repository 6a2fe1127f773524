-- Rules that are SQL are asked by the worker, after a check and outside of its transaction: on the organization's unprivileged
-- login, which does not see what is not committed. How many there are. Internal.
create or replace function quality.queue_sql_rules(p_dataset uuid, p_check uuid, p_run uuid) returns int
language plpgsql
set search_path = ''
as $$
declare
  many int;
begin
  select count(*) into many
    from quality.rules r join quality.rule_versions v on v.org_id = r.org_id and v.rule_id = r.id and v.version = r.deployed_version
   where r.org_id = private.org_id() and r.dataset_id = p_dataset and r.enabled and v.kind = 'sql';
  if many > 0 then
    perform core.enqueue('quality__sql', json_build_object('orgId', private.org_id(), 'datasetId', p_dataset, 'checkId', p_check, 'runId', p_run), null,
      'sql_rules:' || p_check);
  end if;
  return many;
end
$$;
comment on function quality.queue_sql_rules(uuid, uuid, uuid) is 'Queues the asking of a dataset''s rules that are SQL; gives how many. Internal.';
