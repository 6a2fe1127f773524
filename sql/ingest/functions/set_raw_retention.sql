--! owner: cadastre_system
-- How long the document store keeps an organization's raw records. Rejected rows keep their own record in PostgreSQL, and
-- the file stays in the object store: this ends only the staged copy.
create or replace function ingest.set_raw_retention(days int default null) returns int
language plpgsql security definer
set search_path = ''
as $$
begin
  perform core.require('organization.edit');
  if days is not null and days not between 1 and 36500 then
    perform core.raise('IN019', 'raw records are kept for 1 to 36,500 days', 'Give a number of days, or null to keep them.', 'days');
  end if;
  update tenancy.organizations o set raw_retention_days = days where o.id = private.org_id();
  perform audit.record('organization.raw_retention', 'organization', private.org_id()::text, jsonb_build_object('days', days));
  return days;
end
$$;
comment on function ingest.set_raw_retention(int) is
  'Days that raw records of files stay in the document store; null: as long as the organization. Needs organization.edit. Error IN019.';
revoke execute on function ingest.set_raw_retention(int) from public;
grant execute on function ingest.set_raw_retention(int) to cadastre_user, cadastre_worker;
