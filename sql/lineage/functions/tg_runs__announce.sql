--! owner: cadastre_system
-- A run that starts or ends is an OpenLineage event, where the organization has said where events go. The event itself is made
-- when it is sent: nothing of it may hold up or break a load. Owned by the system, since workers that are taken over end runs
-- without an organization's claim.
create or replace function lineage.tg_runs__announce() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  kind text := case new.status when 'running' then 'START' when 'succeeded' then 'COMPLETE' when 'failed' then 'FAIL' else 'ABORT' end;
begin
  if not exists (select from lineage.openlineage_endpoints e where e.org_id = new.org_id and e.is_enabled) then
    return null;
  end if;
  insert into lineage.openlineage_outbox (org_id, run_id, event_type) values (new.org_id, new.id, kind)
  on conflict (org_id, run_id, event_type) do nothing;
  if found then
    perform core.enqueue('lineage__emit', json_build_object('orgId', new.org_id), 'lineage:' || new.org_id, 'lineage:' || new.org_id);
  end if;
  return null;
end
$$;
comment on function lineage.tg_runs__announce() is 'Trigger: puts OpenLineage events of runs into the outbox.';
grant execute on function lineage.tg_runs__announce() to cadastre_owner;
