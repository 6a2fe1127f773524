--! owner: cadastre_system
-- Whose API key this is. Its use is written down at most once a minute. That the key, its maker and the maker''s permissions
-- still count is asked by private.identity() at every statement.
create or replace function private.find_api_key(p_secret_hash bytea)
returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  answer jsonb;
begin
  update access.api_keys k
     set last_used_at = clock_timestamp(), last_used_ip = coalesce(private.request_ip(), k.last_used_ip)
    from private.api_key_secrets s
   where s.secret_hash = p_secret_hash and k.org_id = s.org_id and k.id = s.key_id
     and k.revoked_at is null and k.expires_at > clock_timestamp()
     and (k.last_used_at is null or k.last_used_at < clock_timestamp() - interval '1 minute');
  select jsonb_build_object('keyId', k.id, 'orgId', k.org_id, 'userId', k.created_by, 'expiresAt', k.expires_at)
    into answer
    from private.api_key_secrets s
    join access.api_keys k on k.org_id = s.org_id and k.id = s.key_id
   where s.secret_hash = p_secret_hash and k.revoked_at is null and k.expires_at > clock_timestamp();
  return answer;
end
$$;
comment on function private.find_api_key(bytea) is
  '{keyId, orgId, userId, expiresAt} of a key, or null. The gateways only.';
revoke execute on function private.find_api_key(bytea) from public;
grant execute on function private.find_api_key(bytea) to cadastre_gateway;
