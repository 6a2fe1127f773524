-- The bearer token of the organization's endpoint, sealed by the server; null takes it away.
create or replace function private.put_openlineage_token(p_sealed text) returns boolean
language plpgsql security definer
set search_path = ''
as $$
begin
  perform core.require('organization.edit');
  delete from private.openlineage_secrets s where s.org_id = private.org_id();
  if p_sealed is not null then
    insert into private.openlineage_secrets (org_id, sealed) values (private.org_id(), p_sealed);
  end if;
  perform audit.record('lineage.openlineage_token', 'organization', private.org_id()::text, jsonb_build_object('set', p_sealed is not null));
  return p_sealed is not null;
end
$$;
comment on function private.put_openlineage_token(text) is
  'Keeps the sealed token of the OpenLineage endpoint. Needs organization.edit. The gateway and worker only.';
revoke execute on function private.put_openlineage_token(text) from public;
grant execute on function private.put_openlineage_token(text) to cadastre_gateway, cadastre_worker;
