-- When a cron expression would fall, before it is saved.
create or replace function ingest.next_times(cron text, time_zone text default null, since timestamptz default null, number int default 5)
returns setof timestamptz
language plpgsql stable security definer
set search_path = ''
as $$
declare
  t timestamptz := coalesce(next_times.since, clock_timestamp());
  zone text := coalesce(next_times.time_zone, (select o.time_zone from tenancy.organizations o where o.id = private.org_id()), 'UTC');
  most constant int := 100;
begin
  perform core.require('pipeline.view');
  perform ingest.check_time_zone(zone);
  for i in 1 .. least(greatest(coalesce(next_times.number, 5), 0), most) loop
    t := ingest.next_time(next_times.cron, zone, t);
    return next t;
  end loop;
end
$$;
comment on function ingest.next_times(text, text, timestamptz, int) is
  'The next times (up to 100) of a cron expression in a time zone (by default the organization''s, or UTC). Needs pipeline.view. Errors: IN091 cron, IN092 time zone.';
grant execute on function ingest.next_times(text, text, timestamptz, int) to cadastre_user, cadastre_worker;
