--! owner: cadastre_system
-- Whether an organization's erasures wait for another person; for a day after that was switched off they still do. Of the
-- system role, since whoever erases need not see the organization's settings.
create or replace function private.erasures_need_approval(p_org uuid) returns boolean
language sql stable security definer
set search_path = ''
as $$
  select o.erasures_approved or coalesce(o.erasures_alone_from > clock_timestamp(), false) from tenancy.organizations o where o.id = p_org
$$;
comment on function private.erasures_need_approval(uuid) is 'True where an organization''s erasures wait for another person''s approval. Internal.';
revoke execute on function private.erasures_need_approval(uuid) from public;
grant execute on function private.erasures_need_approval(uuid) to cadastre_owner;
