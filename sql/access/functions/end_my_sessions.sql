--! owner: cadastre_system
-- Signs one out everywhere; with keep_this everywhere else. It concerns oneself alone, so nothing is required.
create or replace function access.end_my_sessions(keep_this boolean default false)
returns int
language plpgsql security definer
set search_path = ''
as $$
declare
  who record := private.identity();
begin
  if who.kind is null or who.kind not in ('user', 'operator') then
    perform core.raise('42501', 'this needs a signed-in person', 'Sign in first.');
  end if;
  return private.end_sessions(who.actor_id, 'everywhere', case when keep_this then who.session_id end);
end
$$;
comment on function access.end_my_sessions(boolean) is
  'Ends all your sessions; how many.';
revoke execute on function access.end_my_sessions(boolean) from public;
grant execute on function access.end_my_sessions(boolean) to cadastre_user;
