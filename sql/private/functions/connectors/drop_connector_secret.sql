--! owner: cadastre_system
-- Takes a secret away whose destination was changed (ingest.alter_connector).
create or replace function private.drop_connector_secret(p_connector uuid) returns void
language sql security definer
set search_path = ''
as $$ delete from private.connector_secrets s where s.org_id = private.org_id() and s.connector_id = p_connector $$;
comment on function private.drop_connector_secret(uuid) is 'Removes a connector''s secret. Internal.';
revoke execute on function private.drop_connector_secret(uuid) from public;
grant execute on function private.drop_connector_secret(uuid) to cadastre_owner;
