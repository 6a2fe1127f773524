-- Forgets what checks of the organization's datasets carry on: where rows went without a version (an erasure). Internal.
create or replace function private.drop_carried(p_org uuid) returns void
language sql
set search_path = ''
as $$
  delete from private.carried_checks c where c.org_id = p_org;
  delete from private.checked_keys k where k.org_id = p_org;
$$;
comment on function private.drop_carried(uuid) is 'Forgets what checks carry on. Internal.';
revoke execute on function private.drop_carried(uuid) from public;
