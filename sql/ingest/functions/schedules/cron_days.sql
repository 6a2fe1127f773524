-- The first days from a date on, within a span, on which a plan falls. Internal.
create or replace function ingest.cron_days(
  p_months int[], p_days int[], p_last boolean, p_weekdays int[], p_nth int[], p_every_day boolean, p_every_weekday boolean,
  p_from date, p_span int
) returns date[]
language sql immutable
set search_path = ''
as $$
  select array(
    select x.d
      from (select p_from + g as d, extract(day from p_from + g)::int as day, extract(dow from p_from + g)::int as dow,
                   extract(day from (date_trunc('month', (p_from + g)::timestamp) + interval '1 month' - interval '1 day'))::int as last
              from generate_series(0, p_span) g) x
     where extract(month from x.d)::int = any (p_months)
       and case when p_every_day and p_every_weekday then true
                else (not p_every_day and (x.day = any (p_days) or (p_last and x.day = x.last)))
                  or (not p_every_weekday and (x.dow = any (p_weekdays) or x.dow * 10 + (x.day + 6) / 7 = any (p_nth)
                                               or (x.day + 7 > x.last and x.dow * 10 + 6 = any (p_nth)))) end
     order by x.d limit 3)
$$;
comment on function ingest.cron_days(int[], int[], boolean, int[], int[], boolean, boolean, date, int) is 'Up to three days of a cron plan. Internal.';
grant execute on function ingest.cron_days(int[], int[], boolean, int[], int[], boolean, boolean, date, int) to cadastre_system;
