-- Forgets what checks of the organization's datasets carry on, and answers to dry runs that nobody took: where rows went
-- without a version (an erasure). Internal.
create or replace function private.drop_carried(p_org uuid) returns void
language sql
set search_path = ''
as $$
  delete from private.carried_checks c where c.org_id = p_org;
  delete from private.carried_pairs p where p.org_id = p_org;
  delete from private.checked_keys k where k.org_id = p_org;
  delete from private.trials t where t.org_id = p_org and t.result is not null;
$$;
comment on function private.drop_carried(uuid) is 'Forgets what checks carry on. Internal.';
revoke execute on function private.drop_carried(uuid) from public;
