--! owner: cadastre_system
-- Requiring a second factor counts from the next statement on, for sessions under way too: those that showed none wait
-- until they have one, and those that wait go on when it is required no more.
create or replace function access.tg_org_security__pend_sessions() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  update private.sessions s set pending = new.require_factor
   where s.org_id = new.org_id and s.ended_at is null and s.factor_at is null and s.pending <> new.require_factor;
  return null;
end
$$;
comment on function access.tg_org_security__pend_sessions() is
  'Trigger: sessions without a second factor wait while the organization requires one.';
revoke execute on function access.tg_org_security__pend_sessions() from public;
grant execute on function access.tg_org_security__pend_sessions() to cadastre_owner;
