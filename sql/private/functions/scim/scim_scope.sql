--! owner: cadastre_system
-- The organization that a SCIM token acts in. Every private.scim_* function begins with it and does nothing outside of
-- that organization: a directory has no identity of its own, and needs none beyond these functions.
create or replace function private.scim_scope(p_hash bytea, out org_id uuid, out token_id uuid, out default_role text)
returns record
language plpgsql security definer
set search_path = ''
as $$
begin
  select t.org_id, t.id, t.default_role into scim_scope.org_id, scim_scope.token_id, scim_scope.default_role
    from private.scim_token_secrets s
    join access.scim_tokens t on t.org_id = s.org_id and t.id = s.token_id
    join tenancy.organizations o on o.id = t.org_id and o.status = 'active'
   where s.secret_hash = p_hash and t.revoked_at is null and t.expires_at > clock_timestamp();
  if scim_scope.org_id is null then
    perform core.raise('AC092', 'the SCIM token is not valid', 'Create a new one in the organization''s security settings.');
  end if;
  update access.scim_tokens t set last_used_at = clock_timestamp()
   where t.org_id = scim_scope.org_id and t.id = scim_scope.token_id
     and (t.last_used_at is null or t.last_used_at < clock_timestamp() - interval '1 minute');
end
$$;
comment on function private.scim_scope(bytea) is 'Organization, token and default role of a SCIM token. Errors: AC092 not valid.';
revoke execute on function private.scim_scope(bytea) from public;
