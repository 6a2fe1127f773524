--! owner: cadastre_system
-- How long an organization's change feed is kept: long enough for its slowest reader, short enough for what it may tell of.
-- What the entries tell of stays in the datasets' histories.
create or replace function ingest.set_change_retention(days int default null) returns int
language plpgsql security definer
set search_path = ''
as $$
begin
  perform core.require('organization.edit');
  if days is not null and days not between 1 and 365 then
    perform core.raise('IN032', 'the change feed is kept for 1 to 365 days', 'Give a number of days, or null for 30.', 'days');
  end if;
  update tenancy.organizations o set change_retention_days = days where o.id = private.org_id();
  perform audit.record('organization.change_retention', 'organization', private.org_id()::text, jsonb_build_object('days', days));
  return days;
end
$$;
comment on function ingest.set_change_retention(int) is
  'Days that entries of the change feed are kept, 1 to 365; null: 30. Needs organization.edit. Error IN032.';
revoke execute on function ingest.set_change_retention(int) from public;
grant execute on function ingest.set_change_retention(int) to cadastre_user, cadastre_worker;
