-- The slices of a range, in order, each from inclusive to exclusive: numbers by a whole number, dates by whole days or
-- months, times by any interval (in UTC); hour, day, week, month and year are one of them. Internal.
create or replace function ingest.backfill_slices_of(p_from text, p_to text, p_step text) returns table (range_from text, range_to text)
language plpgsql immutable
set search_path = ''
as $$
declare
  step interval;
  dates boolean := p_from ~ '^\d{4}-\d{2}-\d{2}$' and p_to ~ '^\d{4}-\d{2}-\d{2}$';
  at timestamp;
  ends timestamp;
  most constant int := 5000;
  form text;
begin
  if p_step in ('hour', 'day', 'week', 'month', 'year') then
    p_step := '1 ' || p_step;
  end if;
  if p_from ~ '^-?\d{1,18}$' and p_to ~ '^-?\d{1,18}$' then
    if p_step is null or p_step !~ '^\d{1,18}$' or p_step::bigint = 0 then
      perform core.raise('IN097', 'the step of a range of numbers is a whole number', 'Give for example 10000.', 'step');
    elsif p_from::bigint >= p_to::bigint then
      perform core.raise('IN097', 'the range is empty', 'Its end must be after its beginning.', 'to');
    elsif (p_to::bigint - p_from::bigint) / p_step::bigint >= most then
      perform core.raise('IN097', format('the range has more than %s slices', most), 'Take a larger step or a shorter range.', 'step');
    end if;
    return query select g::text, least(g + p_step::bigint, p_to::bigint)::text
                   from generate_series(p_from::bigint, p_to::bigint - 1, p_step::bigint) g;
    return;
  end if;
  if not coalesce(pg_input_is_valid(p_from, 'timestamptz'), false) then
    perform core.raise('IN097', 'the beginning of the range is neither a number nor a date or time', 'Give for example 2026-01-01.', 'from');
  elsif not coalesce(pg_input_is_valid(p_to, 'timestamptz'), false) then
    perform core.raise('IN097', 'the end of the range is neither a number nor a date or time', 'Give for example 2026-02-01.', 'to');
  elsif not coalesce(pg_input_is_valid(p_step, 'interval'), false) or p_step ~ '^\s*[\d.]+\s*$' then
    perform core.raise('IN097', 'the step of a range of time is an interval', 'Give for example 1 day or 6 hours.', 'step');
  end if;
  step := p_step::interval;
  at := p_from::timestamptz at time zone 'UTC';
  ends := p_to::timestamptz at time zone 'UTC';
  if dates then
    at := p_from::timestamp;
    ends := p_to::timestamp;
  end if;
  form := case when dates then 'YYYY-MM-DD' else 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"' end;
  if not isfinite(at) or not isfinite(ends) or at >= ends then
    perform core.raise('IN097', 'the range is empty', 'Its end must be after its beginning.', 'to');
  elsif not isfinite(step) or at + step <= at or (dates and at + step <> date_trunc('day', at + step)) then
    perform core.raise('IN097', 'the step goes nowhere, or divides a day between dates', 'Give a positive interval; for dates whole days or months.', 'step');
  elsif extract(epoch from ends - at) / extract(epoch from (at + step) - at) > most + 200 then
    perform core.raise('IN097', format('the range has more than %s slices', most), 'Take a larger step or a shorter range.', 'step');
  end if;
  return query
    select to_char(g, form), to_char(least(coalesce(lead(g) over (order by g), ends), ends), form)
      from generate_series(at, ends - interval '1 microsecond', step) g order by g;
end
$$;
comment on function ingest.backfill_slices_of(text, text, text) is 'Slices of a range. Error IN097. Internal.';
