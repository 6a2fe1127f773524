--! owner: cadastre_system
-- For sensitive acts: refuses unless whoever is asking has proven not long ago who they are (the organization says how
-- long that counts). API keys and SQL logins cannot; jobs and the command line, which hold the installation's own key,
-- need not.
create or replace function private.require_recent()
returns void
language plpgsql stable security definer
set search_path = ''
as $$
declare
  who record := private.identity();
begin
  if who.kind in ('user', 'operator') and who.session_id is not null then
    perform private.own_session(who.session_id, true);
  elsif who.kind is null or who.kind in ('key', 'sql') then
    perform core.raise('AC060', 'this needs a fresh proof of who you are',
      'Sign in to the back office and do it there: keys and SQL logins cannot prove who holds them.');
  end if;
end
$$;
comment on function private.require_recent() is
  'Raises AC060 unless whoever is asking proved recently who they are. For sensitive functions.';
revoke execute on function private.require_recent() from public;
grant execute on function private.require_recent() to cadastre_owner, cadastre_logins;
