-- One field of a cron expression as the numbers that it means: *, a, a-b, a,b, */n, a-b/n, and names. Internal.
create or replace function ingest.cron_field(p_text text, p_field text, p_low int, p_high int, p_names text[] default '{}')
returns int[]
language plpgsql immutable
set search_path = ''
as $$
declare
  part text;
  bounds text[];
  low int;
  high int;
  step int;
  result int[] := '{}';
  max_parts constant int := 60;
begin
  if cardinality(string_to_array(p_text, ',')) > max_parts then
    perform core.raise('IN091', format('the field %s of the cron expression is too long', p_field), format('Name at most %s parts.', max_parts), 'cron');
  end if;
  foreach part in array string_to_array(p_text, ',') loop
    bounds := regexp_match(upper(part), '^(?:\*|([0-9]{1,2}|[A-Z]{3})(?:-([0-9]{1,2}|[A-Z]{3}))?)(?:/([0-9]{1,2}))?$');
    low := coalesce(array_position(p_names, bounds[1]) - 1 + p_low, case when bounds[1] ~ '^[0-9]+$' then bounds[1]::int end);
    high := coalesce(array_position(p_names, bounds[2]) - 1 + p_low, case when bounds[2] ~ '^[0-9]+$' then bounds[2]::int end);
    step := coalesce(bounds[3]::int, 1);
    if bounds is null or step < 1 or (bounds[1] is not null and low is null) or (bounds[2] is not null and high is null)
       or coalesce(low, p_low) not between p_low and p_high or coalesce(high, p_high) not between p_low and p_high
       or coalesce(low, p_low) > coalesce(high, p_high) then
      perform core.raise('IN091', format('%L is not valid as %s of a cron expression', left(part, 40), p_field),
        format('Use *, numbers from %s to %s, ranges such as %s-%s, lists and steps such as */%s.', p_low, p_high, p_low, p_low + 2, 5), 'cron');
    end if;
    -- 5/15 begins at 5 and goes on to the end.
    high := coalesce(high, case when low is null or bounds[3] is not null then p_high else low end);
    result := result || array(select generate_series(coalesce(low, p_low), high, step));
  end loop;
  return result;
end
$$;
comment on function ingest.cron_field(text, text, int, int, text[]) is 'Numbers that a cron field means. Error IN091, naming the field. Internal.';
grant execute on function ingest.cron_field(text, text, int, int, text[]) to cadastre_system;
