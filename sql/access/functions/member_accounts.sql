--! owner: cadastre_system
-- How members' accounts stand: when they were last here, which second factors there are. Owned by the system role since
-- factors are an account's and no organization's; told are presence and number of them alone. Who may not see that sees
-- no rows, as a policy would have it, so core.require() is not the first act.
create or replace function access.member_accounts(p_user_id uuid default null)
returns table (user_id uuid, last_seen_at timestamptz, totp boolean, passkeys int)
language sql stable security definer
set search_path = ''
rows 100
as $$
  select m.user_id,
         (select max(s.last_seen_at) from private.sessions s where s.org_id = m.org_id and s.user_id = m.user_id),
         exists (select from private.totp_factors t where t.user_id = m.user_id and t.confirmed_at is not null),
         (select count(*)::int from private.passkeys p where p.user_id = m.user_id)
    from access.memberships m
   where (select private.has_permission('member.security')) and m.org_id = (select private.org_id())
     and (p_user_id is null or m.user_id = p_user_id)
   limit 10000
$$;
comment on function access.member_accounts(uuid) is
  'When members were last here and which second factors they have set up, for those with member.security; for others none.';
revoke execute on function access.member_accounts(uuid) from public;
grant execute on function access.member_accounts(uuid) to cadastre_user;
