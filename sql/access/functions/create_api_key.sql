--! owner: cadastre_system
-- Makes a key for programs, shown once; its hash is kept. It may what its permissions say, as far as its maker still holds
-- them. Needs a fresh proof, and no further permission: nobody gains anything by a key. private.require_recent() stands
-- where core.require() would.
create or replace function access.create_api_key(name text, permissions text[], valid_for interval default '90 days', out api_key_id uuid, out api_key text, out expires_at timestamptz)
returns record
language plpgsql security definer
set search_path = ''
as $$
declare
  max_keys constant int := 50;
  who record := private.identity();
  prefix text := encode(public.gen_random_bytes(4), 'hex');
  unheld text;
begin
  perform private.require_recent();
  if who.org_id is null or who.user_id is null or who.kind not in ('user') or who.read_only then
    perform core.raise('42501', 'only members make API keys, for themselves', 'Sign in to the organization.');
  end if;
  if cardinality(permissions) is distinct from (select count(distinct p)::int from unnest(permissions) p) or cardinality(permissions) = 0
     or cardinality(permissions) > 200 or length(trim(coalesce(create_api_key.name, ''))) not between 1 and 200
     or valid_for is null or valid_for not between interval '1 minute' and interval '366 days' then
    perform core.raise('AC067', 'a key has a name, 1 to 200 different permissions, and a life of up to a year', 'Correct the value.', 'permissions');
  end if;
  select p into unheld from unnest(permissions) p where p is null or not private.has_permission(p) limit 1;
  if found then
    perform core.raise('42501', format('you may not give the permission %L', left(unheld, 60)), 'Give permissions that you hold yourself.', 'permissions');
  end if;
  if (select count(*) from access.api_keys k where k.org_id = who.org_id and k.created_by = who.user_id
         and k.revoked_at is null and k.expires_at > clock_timestamp()) >= max_keys then
    perform core.raise('AC067', format('a member has at most %s keys', max_keys), 'Revoke one first.');
  end if;
  api_key := 'cad_' || prefix || '_' || translate(encode(public.gen_random_bytes(32), 'base64'), '+/=', '-_');
  insert into access.api_keys (org_id, name, prefix, permissions, created_by, expires_at)
  values (who.org_id, trim(create_api_key.name), 'cad_' || prefix, create_api_key.permissions, who.user_id, clock_timestamp() + valid_for)
  returning api_keys.id, api_keys.expires_at into api_key_id, create_api_key.expires_at;
  insert into private.api_key_secrets (secret_hash, org_id, key_id)
  values (sha256(convert_to(api_key, 'UTF8')), who.org_id, api_key_id);
  perform audit.record('api_key.create', 'api_key', api_key_id::text,
    jsonb_build_object('name', trim(create_api_key.name), 'permissions', to_jsonb(create_api_key.permissions)));
end
$$;
comment on function access.create_api_key(text, text[], interval) is
  'Makes an API key {api_key_id, api_key, expires_at}, shown once. Errors: 42501 a permission you do not hold, AC060, AC067.';
revoke execute on function access.create_api_key(text, text[], interval) from public;
grant execute on function access.create_api_key(text, text[], interval) to cadastre_user;
