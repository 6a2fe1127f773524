-- Where the organization's OpenLineage events go; null ends it. The token is set apart, by the server, sealed; another
-- address never gets the token of the one before.
create or replace function lineage.set_openlineage_endpoint(url text, is_enabled boolean default true)
returns boolean
language plpgsql security definer
set search_path = ''
as $$
begin
  perform core.require('organization.edit');
  if url is not null and (url !~ '^https?://[^/?#@[:space:]]+(/[^#[:space:]]*)?$' or length(url) > 1000) then
    perform core.raise('LN006', 'the address is not one', 'Give an https address, for example https://lineage.example.com/api/v1/lineage.', 'url');
  end if;
  delete from private.openlineage_secrets s
   where s.org_id = private.org_id()
     and not exists (select from lineage.openlineage_endpoints e where e.org_id = s.org_id and e.url = set_openlineage_endpoint.url);
  if url is null then
    delete from lineage.openlineage_endpoints e where e.org_id = private.org_id();
  else
    insert into lineage.openlineage_endpoints as e (org_id, url, is_enabled, changed_by)
    values (private.org_id(), set_openlineage_endpoint.url, coalesce(set_openlineage_endpoint.is_enabled, true), private.user_id())
    on conflict (org_id) do update
      set url = excluded.url, is_enabled = excluded.is_enabled, changed_by = excluded.changed_by, changed_at = clock_timestamp();
  end if;
  perform audit.record('lineage.openlineage_endpoint', 'organization', private.org_id()::text,
    jsonb_build_object('url', url, 'enabled', is_enabled));
  return url is not null and coalesce(is_enabled, true);
end
$$;
comment on function lineage.set_openlineage_endpoint(text, boolean) is
  'Says where OpenLineage events of runs are sent; null: nowhere (the default). Returns whether events are sent. Needs organization.edit. Error LN006.';
grant execute on function lineage.set_openlineage_endpoint(text, boolean) to cadastre_user, cadastre_worker;
