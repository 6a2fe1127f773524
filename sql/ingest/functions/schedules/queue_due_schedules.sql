--! owner: cadastre_system
-- First half of the tick: schedules that are due, found by the index on their next time, each get a run that waits and
-- their next time. Where one waits already, the time is counted as missed instead: nothing piles up. Many workers at once
-- pass each other by (skip locked). One that cannot be planned any more rests and says why, rather than stop the rest.
create or replace function ingest.queue_due_schedules(p_limit int default 500) returns int
language plpgsql security definer
set search_path = ''
as $$
declare
  s ingest.schedules;
  moment timestamptz := clock_timestamp();
  n bigint;
  next timestamptz;
  missed bigint;
  wanted boolean;
  told text;
  queued int := 0;
  most_counted constant int := 100;
  late constant interval := '5 minutes';
begin
  perform core.require('platform.manage');
  for s in
    select * from ingest.schedules x where x.next_due_at <= moment order by x.next_due_at limit p_limit for no key update skip locked
  loop
    missed := 0;
    wanted := true;
    next := null;
    told := null;
    begin
      case s.trigger
        when 'cron' then
          next := ingest.next_time(s.cron, s.time_zone, s.next_due_at);
          while next <= moment and missed < most_counted loop
            missed := missed + 1;
            next := ingest.next_time(s.cron, s.time_zone, next);
          end loop;
          if next <= moment then
            next := ingest.next_time(s.cron, s.time_zone, moment);
          end if;
        when 'interval', 'new_object' then
          missed := floor(extract(epoch from moment - s.next_due_at) / extract(epoch from s.every));
          next := s.next_due_at + (missed + 1) * s.every;
        when 'freshness' then
          select f.wanted, f.next into wanted, next from ingest.freshness_due(s) f;
        else null;
      end case;
    exception when invalid_parameter_value or sqlstate 'IN091' or sqlstate 'IN092' then
      get stacked diagnostics told = message_text;
      wanted := false;
    end;
    -- A suspended organization's sources are left alone; its schedules go on when it does.
    if not exists (select from tenancy.organizations o where o.id = s.org_id and o.status = 'active') then
      missed := 0;
      wanted := false;
    end if;
    -- Times that passed while nothing ran: one run makes up for them, or none.
    if wanted and s.catch_up = 'none' and s.trigger in ('cron', 'interval', 'new_object') and moment - s.next_due_at > late then
      missed := missed + 1;
      wanted := false;
    end if;
    n := 0;
    if wanted then
      insert into ingest.schedule_runs (org_id, schedule_id, trigger, due_at, try_at, trigger_run)
      values (s.org_id, s.id, s.trigger, s.next_due_at, moment, s.pending_cause)
      on conflict (org_id, schedule_id) where state = 'waiting' do nothing;
      get diagnostics n = row_count;
      queued := queued + n::int;
    end if;
    update ingest.schedules x
       set next_due_at = next, pending_cause = null, problem = left(told, 1000),
           missed_count = x.missed_count + missed + case when wanted and n = 0 and s.trigger <> 'freshness' then 1 else 0 end
     where x.org_id = s.org_id and x.id = s.id;
  end loop;
  return queued;
end
$$;
comment on function ingest.queue_due_schedules(int) is 'Makes runs of the schedules that are due; gives how many. Needs platform.manage.';
revoke execute on function ingest.queue_due_schedules(int) from public;
grant execute on function ingest.queue_due_schedules(int) to cadastre_worker;
