--! owner: cadastre_system
-- Refuses a gift (a permission, a system role or an own role, for the organization or an object) that is not well-formed,
-- or that whoever is asking does not hold themselves. p_hold false: only its form, for those who ask to be given it.
create or replace function private.check_gift(
  p_permission text, p_system_role text, p_own_role text, p_object_kind text, p_object_id text, p_until timestamptz,
  p_hold boolean default true
) returns void
language plpgsql stable security definer
set search_path = ''
as $$
declare
  org constant uuid := private.org_id();
  missing text;
begin
  if num_nonnulls(p_permission, p_system_role, p_own_role) <> 1 then
    perform core.raise('AC020', 'name one of a permission, a system role and an own role', 'Give exactly one of the three.', 'permission');
  elsif p_permission is not null and (starts_with(p_permission, 'platform.')
        or not exists (select from access.permissions p where p.key = p_permission)) then
    perform core.raise('AC020', format('no such permission: %L', left(p_permission, 60)), 'access.permissions lists them with what each means; one is run.execute.', 'permission');
  elsif p_system_role is not null and not exists (select from access.roles r where r.key = p_system_role) then
    perform core.raise('AC002', format('no such role: %L', left(p_system_role, 60)), 'Use one of owner, ceo, admin, manager, steward, editor, analyst, viewer, client.', 'system_role');
  elsif p_own_role is not null and not exists (select from access.org_roles r where r.org_id = org and r.key = p_own_role) then
    perform core.raise('AC021', format('no such role of the organization: %L', left(p_own_role, 60)), 'See the organization''s roles.', 'own_role');
  end if;
  perform private.check_object(p_object_kind, p_object_id);
  if not p_hold then
    return;
  end if;
  select g into missing
    from private.gift_permissions(org, p_permission, p_system_role, p_own_role) g
   where not private.gives(g, nullif(p_object_kind, 'organization'), p_object_id, p_until)
   order by 1 limit 1;
  if missing is not null then
    perform core.raise('42501', format('you may not give %s: you do not hold it yourself until then', missing),
      'Give only what you hold for as long, by your role and not by a delegation, or ask somebody who does.', 'permission');
  end if;
end
$$;
comment on function private.check_gift(text, text, text, text, text, timestamptz, boolean) is
  'Raises AC002, AC020, AC021, AC027 or 42501 unless whoever is asking may give this.';
revoke execute on function private.check_gift(text, text, text, text, text, timestamptz, boolean) from public;
grant execute on function private.check_gift(text, text, text, text, text, timestamptz, boolean) to cadastre_owner;
