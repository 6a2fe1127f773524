--! owner: cadastre_system
-- Gives a mail domain up: nobody joins by it any more, and the organization's providers speak for its addresses no more.
create or replace function access.remove_domain(p_domain text, p_org uuid default null) returns boolean
language plpgsql security definer
set search_path = ''
as $$
declare
  target uuid := private.require_federation(p_org);
begin
  delete from access.domains d where d.org_id = target and d.domain = lower(p_domain);
  if not found then
    return false;
  end if;
  perform audit.record('domain.remove', 'domain', lower(p_domain), '{}', target);
  return true;
end
$$;
comment on function access.remove_domain(text, uuid) is 'Gives a mail domain up; false when it is not there. Needs organization.security.';
revoke execute on function access.remove_domain(text, uuid) from public;
grant execute on function access.remove_domain(text, uuid) to cadastre_user, cadastre_worker;
