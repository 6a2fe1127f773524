--! owner: cadastre_system
-- How long sessions last: the organization's own limits; for platform operators narrow ones that nobody can widen.
create or replace function private.session_limits(p_org_id uuid, out lifetime interval, out idle interval,
                                                  out reauthentication interval, out require_factor boolean)
returns record
language plpgsql stable security definer
set search_path = ''
as $$
begin
  lifetime := '1 day';
  idle := '4 hours';
  reauthentication := '15 minutes';
  require_factor := false;
  if p_org_id is not null then
    lifetime := '14 days';
    idle := '3 days';
    select s.session_lifetime, s.session_idle, s.reauthentication, s.require_factor
      into lifetime, idle, reauthentication, require_factor
      from access.org_security s where s.org_id = p_org_id;
    lifetime := coalesce(lifetime, '14 days');
    idle := coalesce(idle, '3 days');
    reauthentication := coalesce(reauthentication, '15 minutes');
    require_factor := coalesce(require_factor, false);
  end if;
end
$$;
comment on function private.session_limits(uuid) is
  'Longest session, longest silence, how long a proof of identity counts, whether a second factor is required.';
revoke execute on function private.session_limits(uuid) from public;
