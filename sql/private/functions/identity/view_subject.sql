--! owner: cadastre_system
-- As whom an open view is looked through: its subject, as long as its time is not over and the subject is a live member;
-- else the person themselves. Apart from private.identity(), which asks it only when there is an open view.
create or replace function private.view_subject(
  p_org uuid, p_view uuid, p_user uuid, p_role text, out user_id uuid, out role_key text, out read_only boolean
) returns record
language plpgsql stable parallel safe
set search_path = ''
as $$
begin
  select m.user_id, m.role_key, true into user_id, role_key, read_only
    from access.view_as v
    join access.memberships m on m.org_id = v.org_id and m.user_id = v.subject_id and m.status = 'active'
    join access.users u on u.id = m.user_id and u.status = 'active'
   where v.org_id = p_org and v.id = p_view and v.ended_at is null and v.expires_at > clock_timestamp();
  if user_id is null then
    user_id := p_user;
    role_key := p_role;
    read_only := false;
  end if;
end
$$;
comment on function private.view_subject(uuid, uuid, uuid, text) is
  'User and role that an open view counts as, and whether it does: {user_id, role_key, read_only}.';
revoke execute on function private.view_subject(uuid, uuid, uuid, text) from public;
