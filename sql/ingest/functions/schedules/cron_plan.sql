-- A cron expression taken apart: minute, hour, day of the month, month, day of the week (0 or 7 is Sunday). L is the last
-- day of the month; 5L the last Friday, 5#2 the second. Where day and weekday are both given, either is enough. Internal.
create or replace function ingest.cron_plan(
  p_cron text,
  out minutes int[], out hours int[], out days int[], out months int[], out weekdays int[],
  -- weekday * 10 + which one of the month; 6 is the last.
  out nth int[], out last_day boolean, out every_day boolean, out every_weekday boolean,
  -- The hour is *: the clock's hours are followed as they pass, twice where one comes twice.
  out every_hour boolean
) returns record
language plpgsql immutable
set search_path = ''
as $$
declare
  field text[];
  part text;
  plain text[] := '{}';
  found_one text[];
  names constant text[] := '{SUN,MON,TUE,WED,THU,FRI,SAT}';
begin
  field := regexp_split_to_array(trim(coalesce(case lower(trim(p_cron))
    when '@hourly' then '0 * * * *' when '@daily' then '0 0 * * *' when '@midnight' then '0 0 * * *' when '@weekly' then '0 0 * * 0'
    when '@monthly' then '0 0 1 * *' when '@yearly' then '0 0 1 1 *' when '@annually' then '0 0 1 1 *' end, p_cron, '')), '\s+');
  if cardinality(field) <> 5 or length(p_cron) > 200 then
    perform core.raise('IN091', format('a cron expression has five fields, not %s', case when trim(coalesce(p_cron, '')) = '' then 0 else cardinality(field) end),
      'Give minute, hour, day, month and weekday, for example "30 6 * * 1-5"; for less than a minute use every.', 'cron');
  end if;
  minutes := ingest.cron_field(field[1], 'minute', 0, 59);
  hours := ingest.cron_field(field[2], 'hour', 0, 23);
  months := ingest.cron_field(field[4], 'month', 1, 12, '{JAN,FEB,MAR,APR,MAY,JUN,JUL,AUG,SEP,OCT,NOV,DEC}');
  every_hour := starts_with(field[2], '*');
  every_day := field[3] in ('*', '?');
  every_weekday := field[5] in ('*', '?');
  last_day := 'L' = any (string_to_array(upper(field[3]), ','));
  plain := array_remove(string_to_array(upper(field[3]), ','), 'L');
  days := case when every_day or plain = '{}' then '{}' else ingest.cron_field(array_to_string(plain, ','), 'day', 1, 31) end;
  nth := '{}';
  plain := '{}';
  if not every_weekday then
    foreach part in array string_to_array(upper(field[5]), ',') loop
      found_one := regexp_match(part, '^([0-7]|SUN|MON|TUE|WED|THU|FRI|SAT)(?:(L)|#([1-5]))$');
      if found_one is null then
        plain := plain || part;
      else
        nth := nth || coalesce(array_position(names, found_one[1]) - 1, case when found_one[1] ~ '^[0-7]$' then found_one[1]::int % 7 end) * 10
                      + case when found_one[2] is not null then 6 else found_one[3]::int end;
      end if;
    end loop;
  end if;
  weekdays := case when plain = '{}' then '{}'
                   else array(select d % 7 from unnest(ingest.cron_field(array_to_string(plain, ','), 'weekday', 0, 7, names)) d) end;
end
$$;
comment on function ingest.cron_plan(text) is 'A cron expression taken apart. Error IN091, naming the field. Internal.';
grant execute on function ingest.cron_plan(text) to cadastre_system;
