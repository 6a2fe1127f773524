--! owner: cadastre_system
-- Second half of the tick: runs and backfills whose time has come, locked for this transaction, by organization, so that
-- two workers take the organizations in the same order. They are started one by one as the organization's own service
-- (ingest.start_scheduled): only there are its rights and its boundary.
create or replace function ingest.take_scheduled(p_limit int default 500) returns table (org_id uuid, kind text, ids uuid[])
language plpgsql security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
  moment timestamptz := clock_timestamp();
begin
  perform core.require('platform.manage');
  return query
    with runs as (
      select r.org_id, r.id, r.try_at from ingest.schedule_runs r
       where r.state = 'waiting' and r.try_at <= moment order by r.try_at limit p_limit for no key update skip locked
    ), fills as (
      select b.org_id, b.id, b.look_at from ingest.backfills b
       where b.look_at <= moment order by b.look_at limit p_limit for no key update skip locked
    ), due as (
      select r.org_id, 'run' as kind, r.id, r.try_at as at from runs r
      union all
      select f.org_id, 'backfill', f.id, f.look_at from fills f
    )
    select d.org_id, d.kind, array_agg(d.id order by d.at) from due d group by d.org_id, d.kind order by d.org_id, d.kind;
end
$$;
comment on function ingest.take_scheduled(int) is 'Locks runs and backfills that are to be started or looked at, by organization. Needs platform.manage.';
revoke execute on function ingest.take_scheduled(int) from public;
grant execute on function ingest.take_scheduled(int) to cadastre_worker;
