--! owner: cadastre_system
-- The server tells what the domain's TXT records say, under the claim of whoever asked for the proof; PostgreSQL cannot
-- look them up itself. The gateway's own login only, so that nobody can bring their own records.
create or replace function private.domain_seen(p_domain text, p_records text[]) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  target uuid;
  wanted text;
begin
  perform core.require('organization.security');
  target := private.require_federation();
  select 'cadastre-verification=' || d.token into wanted from access.domains d
   where d.org_id = target and d.domain = lower(p_domain);
  if wanted is null then
    perform core.raise('AC088', 'the organization has not named this domain', 'Add it first.', 'domain');
  end if;
  if not wanted = any (p_records) then
    perform core.raise('AC090', 'the domain''s TXT record does not say what it should yet',
      format('Set a TXT record _cadastre.%s to %s; it can take an hour to be seen.', lower(p_domain), wanted), 'domain');
  end if;
  return to_jsonb(private.domain_proven(target, p_domain, 'dns')) - 'token';
end
$$;
comment on function private.domain_seen(text, text[]) is
  'Proves a domain by its TXT records. Needs organization.security. Errors: AC088, AC089, AC090 not there yet. The gateway''s only.';
revoke execute on function private.domain_seen(text, text[]) from public;
grant execute on function private.domain_seen(text, text[]) to cadastre_gateway;
