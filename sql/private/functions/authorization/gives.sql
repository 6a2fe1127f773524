--! owner: cadastre_system
-- May whoever is asking pass this permission on until then? They hold it now, and will still hold it at the end by
-- something other than a delegation: what one has for an hour is not given for a year, and what one was delegated is not
-- passed on. Services give what they hold; somebody who looks as somebody else gives nothing.
create or replace function private.gives(p_permission text, p_object_kind text, p_object_id text, p_until timestamptz)
returns boolean
language plpgsql stable security definer
set search_path = ''
as $$
declare
  who record := private.identity();
begin
  if who.kind is null or who.read_only or who.org_id is null then
    return false;
  elsif not private.permits(who.kind, who.org_id, who.user_id, who.role_key, who.session_id, who.actor_id, who.read_only,
                            p_permission, p_object_kind, p_object_id) then
    return false;
  end if;
  return who.kind = 'service'
      or private.member_permits(who.org_id, who.user_id, who.role_key, p_permission, p_object_kind, p_object_id, p_until, false);
end
$$;
comment on function private.gives(text, text, text, timestamptz) is
  'Whether whoever is asking may pass a permission on, for the organization or an object, until a moment.';
revoke execute on function private.gives(text, text, text, timestamptz) from public;
grant execute on function private.gives(text, text, text, timestamptz) to cadastre_owner;
