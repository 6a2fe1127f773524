--! owner: cadastre_system
-- Organizations whose raw records end by time, for the worker.
create or replace function ingest.raw_retentions() returns table (org_id uuid, schema_key text, before timestamptz)
language plpgsql stable security definer
set search_path = ''
as $$
begin
  perform core.require('platform.manage');
  return query
    select o.id, o.schema_key, clock_timestamp() - make_interval(days => o.raw_retention_days)
      from tenancy.organizations o where o.raw_retention_days is not null
       -- Under a legal hold nothing ends by time.
       and not exists (select from data.legal_holds h where h.org_id = o.id and h.released_at is null);
end
$$;
comment on function ingest.raw_retentions() is 'Per organization with a limit: its key, and since when raw records stay. Needs platform.manage.';
revoke execute on function ingest.raw_retentions() from public;
grant execute on function ingest.raw_retentions() to cadastre_worker;
