--! owner: cadastre_system
-- What operators watch, over all organizations. Each count reads a partial index of what is unfinished, and stops at a
-- bound: it costs what waits, not what there ever was.
create or replace function ops.measure_platform() returns table (name text, label text, value double precision)
language plpgsql stable security definer
set search_path = ''
as $$
declare
  most constant int := 100000;
begin
  perform core.require('platform.monitor');
  return query
    select 'runs', s.status, (select count(*) from (select from ingest.runs r where r.status = s.status and r.status in ('queued', 'running', 'waiting') limit most) x)::float8
      from unnest('{queued,running,waiting}'::text[]) s (status);
  return query
    select 'run_age', 'oldest', coalesce(extract(epoch from clock_timestamp() - min(r.created_at)), 0)::float8
      from ingest.runs r where r.status in ('queued', 'running', 'waiting');
  return query
    select 'jobs', j.state, j.jobs::float8 from core.count_jobs(most) j;
  return query
    select 'stream_events', 'waiting', (select count(*) from (select from ingest.stream_events e where e.run_id is null limit most) x)::float8;
  return query
    select 'raw_runs', s.state, (select count(*) from (select from private.raw_due w where w.given_up = (s.state = 'given_up') limit most) x)::float8
      from unnest('{waiting,given_up}'::text[]) s (state);
  return query
    select 'raw_age', 'oldest', coalesce(extract(epoch from clock_timestamp() - min(w.since)), 0)::float8 from private.raw_due w where not w.given_up;
  return query
    select 'webhook_deliveries', 'pending', (select count(*) from (select from ops.webhook_deliveries d where d.status = 'pending' limit most) x)::float8;
  return query
    select v.* from (
      select coalesce(sum(s.unsealed), 0)::float8 as unsealed, coalesce(extract(epoch from clock_timestamp() - min(s.oldest_at)), 0)::float8 as age,
             count(s.alarmed_at)::float8 as late
        from audit.sealing_state() s) x,
      lateral (values ('audit_rows', 'unsealed', x.unsealed), ('audit_age', 'oldest', x.age), ('audit_organizations', 'late', x.late)) v;
end
$$;
comment on function ops.measure_platform() is
  'Figures of the whole installation: name, label, value. Ages are seconds; a count ends at 100,000. Needs platform.monitor.';
revoke execute on function ops.measure_platform() from public;
grant execute on function ops.measure_platform() to cadastre_worker;
