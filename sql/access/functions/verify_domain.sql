--! owner: cadastre_system
-- An operator vouches for a domain: platform.security, which no member of an organization has.
create or replace function access.verify_domain(p_domain text, p_org uuid) returns access.domains
language plpgsql security definer
set search_path = ''
as $$
begin
  perform core.require('platform.security');
  return private.domain_proven(p_org, p_domain, 'operator');
end
$$;
comment on function access.verify_domain(text, uuid) is
  'Takes a domain as proven. Needs platform.security. Errors: AC088 no such domain, AC089 another organization''s.';
revoke execute on function access.verify_domain(text, uuid) from public;
grant execute on function access.verify_domain(text, uuid) to cadastre_user, cadastre_worker;
