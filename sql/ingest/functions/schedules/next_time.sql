-- The first time after a moment at which a cron expression falls, by the clocks of a time zone. Where the clocks go
-- forward, a time that does not exist is as much later as they jumped; where they go back, a time that comes twice counts
-- the first time. With * as hour the hours are followed as they pass: none is missing, none is left out.
--
-- In SQL, beside the rows: whoever saves a schedule, the tick and the preview ask the same function, and PostgreSQL's
-- time zones decide everywhere. Far from a change of the clocks one look is enough; near one, all candidates are placed.
create or replace function ingest.next_time(p_cron text, p_zone text, p_after timestamptz) returns timestamptz
language plpgsql stable
set search_path = ''
as $$
declare
  plan record := ingest.cron_plan(p_cron);
  here timestamp := p_after at time zone p_zone;
  days date[];
  l timestamp;
  t timestamptz;
  found_one timestamptz;
  day constant interval := '24 hours';
  near constant int := 40;
  -- 29 February comes within eight years.
  far constant int := 2930;
  most constant int := 500;
begin
  days := ingest.cron_days(plan.months, plan.days, plan.last_day, plan.weekdays, plan.nth, plan.every_day, plan.every_weekday, here::date - 1, near);
  if cardinality(days) < 3 then
    days := ingest.cron_days(plan.months, plan.days, plan.last_day, plan.weekdays, plan.nth, plan.every_day, plan.every_weekday, here::date - 1, far);
  end if;
  if days = '{}' then
    perform core.raise('IN091', 'the cron expression never falls on a day', 'There is no such day; 31 February, for example.', 'cron');
  end if;
  select d + make_interval(hours => h, mins => m) into l
    from unnest(days) d, unnest(plan.hours) h, unnest(plan.minutes) m
   where d >= here::date and (d > here::date or h * 60 + m > extract(hour from here) * 60 + extract(minute from here))
   order by d, h, m limit 1;
  t := l at time zone p_zone;
  if (p_after - day) at time zone p_zone - here = - day and (p_after + day) at time zone p_zone - here = day
     and (t - day) at time zone p_zone - l = - day and (t + day) at time zone p_zone - l = day then
    return t;
  end if;
  select min(i.t) into found_one
    from (select d + make_interval(hours => h, mins => m) as l
            from unnest(days) d, unnest(plan.hours) h, unnest(plan.minutes) m
           where d + make_interval(hours => h, mins => m) > here - interval '3 hours'
           order by d, h, m limit most) c
    cross join lateral (select c.l at time zone p_zone as guess) g
    -- How far the zone is from UTC a day before and a day after.
    cross join lateral (select (g.guess - day) at time zone p_zone - (g.guess - day) at time zone 'UTC' as before,
                               (g.guess + day) at time zone p_zone - (g.guess + day) at time zone 'UTC' as later) o
    cross join lateral (select (c.l - o.before) at time zone 'UTC' as first, (c.l - o.later) at time zone 'UTC' as second) p
    cross join lateral (
      select v.t from (values (p.first), (p.second)) v (t)
       where v.t at time zone p_zone = c.l
         -- The first of two, unless every hour counts.
         and (plan.every_hour or v.t = p.first or p.first at time zone p_zone <> c.l)
      union all
      -- Neither is that time: the clocks jump over it.
      select p.first where not plan.every_hour and p.first at time zone p_zone <> c.l and p.second at time zone p_zone <> c.l
    ) i
   where i.t > p_after;
  if found_one is null and l is null then
    perform core.raise('IN091', 'the cron expression never falls on a day', 'There is no such day; 31 February, for example.', 'cron');
  end if;
  return coalesce(found_one, t);
end
$$;
comment on function ingest.next_time(text, text, timestamptz) is 'First time after a moment at which a cron expression falls in a time zone. Error IN091. Internal.';
grant execute on function ingest.next_time(text, text, timestamptz) to cadastre_system;
