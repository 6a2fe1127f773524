--! owner: cadastre_system
-- A directory's key to /scim/v2 for this organization. The server makes the key and gives its SHA-256; the key itself is
-- shown once and kept nowhere. The gateway's and the worker's to call, under the claim of whoever asks, so that nobody
-- brings a weak key of their own.
create or replace function private.create_scim_token(p_name text, p_prefix text, p_secret_hash bytea, p_valid_for interval default '365 days',
                                                    p_default_role text default 'viewer', p_org uuid default null)
returns access.scim_tokens
language plpgsql security definer
set search_path = ''
as $$
declare
  most constant int := 10;
  target uuid := private.require_federation(p_org);
  result access.scim_tokens;
begin
  perform private.require_joinable_role(p_default_role);
  if target is null then
    perform core.raise('AC001', 'no such organization', 'Say which organization''s directory it is for.', 'org');
  end if;
  if length(trim(coalesce(p_name, ''))) not between 1 and 200 then
    perform core.raise('AC091', 'the token has no name', 'Give one of 1 to 200 characters, for example "Entra ID".', 'name');
  end if;
  if p_valid_for is null or p_valid_for not between interval '1 minute' and interval '2 years' then
    perform core.raise('AC091', 'a SCIM token is valid for a minute to two years', 'Give a duration such as 365 days.', 'valid_for');
  end if;
  if (select count(*) from access.scim_tokens t
       where t.org_id = target and t.revoked_at is null and t.expires_at > clock_timestamp()) >= most then
    perform core.raise('AC091', format('there are %s SCIM tokens already', most), 'Revoke one first.', 'name');
  end if;
  insert into access.scim_tokens (org_id, name, prefix, default_role, created_by, expires_at)
  values (target, trim(p_name), p_prefix, p_default_role, private.actor_id(), clock_timestamp() + p_valid_for)
  returning * into result;
  insert into private.scim_token_secrets (secret_hash, org_id, token_id) values (p_secret_hash, target, result.id);
  perform audit.record('scim_token.create', 'scim_token', result.id::text,
    jsonb_build_object('name', result.name, 'expires_at', result.expires_at, 'default_role', p_default_role), target);
  return result;
end
$$;
comment on function private.create_scim_token(text, text, bytea, interval, text, uuid) is
  'Registers a SCIM token by its SHA-256. Needs organization.security. Errors: AC001, AC002, AC085 role, AC091 name, duration, number.';
revoke execute on function private.create_scim_token(text, text, bytea, interval, text, uuid) from public;
grant execute on function private.create_scim_token(text, text, bytea, interval, text, uuid) to cadastre_gateway, cadastre_worker;
