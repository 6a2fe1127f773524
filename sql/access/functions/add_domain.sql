--! owner: cadastre_system
-- Names a mail domain as the organization's own. It counts once proven: by a TXT record _cadastre.<domain> that says
-- cadastre-verification=<token>, or by an operator. A second call changes what joining means and keeps the proof.
create or replace function access.add_domain(p_domain text, p_join_members boolean default true, p_default_role text default 'viewer',
                                             p_org uuid default null)
returns access.domains
language plpgsql security definer
set search_path = ''
as $$
declare
  most constant int := 100;
  target uuid := private.require_federation(p_org);
  wanted text := lower(trim(trailing '.' from p_domain));
  result access.domains;
begin
  perform private.require_joinable_role(p_default_role);
  if wanted is null or length(wanted) > 253
     or wanted !~ '^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$' then
    perform core.raise('AC088', 'this is not a mail domain', 'Give a domain such as example.org, in its xn-- form where it has one.', 'domain');
  end if;
  if target is null then
    perform core.raise('AC001', 'no such organization', 'Say which organization''s domain it is.', 'org');
  end if;
  if (select count(*) from access.domains d where d.org_id = target and d.domain <> wanted) >= most then
    perform core.raise('AC088', format('there are %s domains already', most), 'Remove one first.', 'domain');
  end if;
  insert into access.domains (org_id, domain, token, join_members, default_role, created_by)
  values (target, wanted, encode(public.gen_random_bytes(20), 'hex'), p_join_members, p_default_role, private.actor_id())
  on conflict (org_id, domain) do update set join_members = excluded.join_members, default_role = excluded.default_role
  returning * into result;
  perform audit.record('domain.add', 'domain', wanted,
    jsonb_build_object('join_members', p_join_members, 'default_role', p_default_role), target);
  return result;
end
$$;
comment on function access.add_domain(text, boolean, text, uuid) is
  'Names a mail domain as the organization''s; the row has the token for its TXT record. Needs organization.security. Errors: AC002, AC085 role, AC088 domain.';
revoke execute on function access.add_domain(text, boolean, text, uuid) from public;
grant execute on function access.add_domain(text, boolean, text, uuid) to cadastre_user, cadastre_worker;
