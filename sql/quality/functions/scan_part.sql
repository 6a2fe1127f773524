-- A field's share of the one scan, as an array [position, values, blanks, minimum, maximum, mean, deviation, shortest,
-- longest]. Internal.
create or replace function quality.scan_part(p_name text, p_type text, p_position int) returns text
language sql immutable
set search_path = ''
as $$
  select format('jsonb_build_array(%s, count(t.%I), %s)', p_position, p_name, case
    when p_type ~ '^(integer|bigint|numeric)' then replace('0, min(@)::text, max(@)::text, round(avg(@)::numeric, 6), round(stddev_samp(@::float8)::numeric, 6), null, null', '@', format('t.%I', p_name))
    when p_type in ('date', 'timestamptz', 'time') then replace('0, min(@)::text, max(@)::text, null, null, null, null', '@', format('t.%I', p_name))
    when p_type = 'text' then replace('count(*) filter (where @ = ''''), left(min(@ collate "C"), 200), left(max(@ collate "C"), 200), null, null, min(octet_length(@)), max(octet_length(@))', '@', format('t.%I', p_name))
    else '0, null, null, null, null, null, null' end)
$$;
comment on function quality.scan_part(text, text, int) is 'SQL of a field in the profile''s scan. Internal.';
