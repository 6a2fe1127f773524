--! owner: cadastre_system
-- How many people approve a request and may still do so: who was suspended or lost role.approve since counts no more.
create or replace function private.approving_voices(p_org uuid, p_request uuid) returns int
language sql stable security definer
set search_path = ''
as $$
  select count(*)::int
    from access.request_decisions d
    join access.memberships m on m.org_id = d.org_id and m.user_id = d.user_id and m.status = 'active'
    join access.users u on u.id = m.user_id and u.status = 'active'
   where d.org_id = p_org and d.request_id = p_request and d.approved
     and private.member_permits(p_org, m.user_id, m.role_key, 'role.approve', null, null, clock_timestamp())
$$;
comment on function private.approving_voices(uuid, uuid) is 'Approvals of a request by people who may still approve.';
revoke execute on function private.approving_voices(uuid, uuid) from public;
grant execute on function private.approving_voices(uuid, uuid) to cadastre_owner;
