--! owner: cadastre_system
-- Marks a domain as proven; one organization at a time has it.
create or replace function private.domain_proven(p_org uuid, p_domain text, p_by text) returns access.domains
language plpgsql security definer
set search_path = ''
as $$
declare
  result access.domains;
begin
  begin
    update access.domains d set verified_at = coalesce(d.verified_at, clock_timestamp()), verified_by = coalesce(d.verified_by, p_by)
     where d.org_id = p_org and d.domain = lower(p_domain) returning * into result;
  exception when unique_violation then
    perform core.raise('AC089', 'another organization has proven this domain', 'Have it removed there first.', 'domain');
  end;
  if result.domain is null then
    perform core.raise('AC088', 'the organization has not named this domain', 'Add it first.', 'domain');
  end if;
  perform audit.record('domain.verify', 'domain', result.domain, jsonb_build_object('by', p_by), p_org);
  return result;
end
$$;
comment on function private.domain_proven(uuid, text, text) is 'Marks a domain as proven, by dns or operator. Errors: AC088, AC089.';
revoke execute on function private.domain_proven(uuid, text, text) from public;
