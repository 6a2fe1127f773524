-- A field's share of the one scan: aggregates for the scan itself (may run parallel), and the array [position, values,
-- blanks, minimum, maximum, hashes] made of them. Hashes: of the values whose hash is one in 32 (a sample of the values,
-- not of the rows: how many different ones there are tells how many different values the field has), where p_hashed says
-- that the sample of rows cannot tell. Internal.
create or replace function quality.scan_part(p_name text, p_type text, p_position int, p_hashed boolean, out scan text, out told text)
returns record
language sql immutable
set search_path = ''
as $$
  select replace(concat_ws(', ', format('count(@) as c%s', p_position),
           case when p_type ~ '^(integer|bigint|numeric)' or p_type in ('date', 'timestamptz', 'time') then format('min(@) as l%1$s, max(@) as m%1$s', p_position)
                when p_type = 'text' then format('count(*) filter (where @ = '''') as e%1$s', p_position) end,
           case when p_hashed then replace(format('array_agg(#) filter (where # & 31 = 0) as h%s', p_position), '#',
             case when p_type in ('integer', 'bigint') then 'hashint8extended(@::bigint, 0)' else 'hashtextextended(@::text, 0)' end) end),
         '@', format('t.%I', p_name)),
         format('jsonb_build_array(%1$s, c%1$s, %2$s, %3$s, %4$s)', p_position, case when p_type = 'text' then 'e' || p_position else '0' end,
           case when p_type ~ '^(integer|bigint|numeric)' or p_type in ('date', 'timestamptz', 'time') then replace('left(l#::text, 200), left(m#::text, 200)', '#', p_position::text)
                else 'null, null' end,
           case when p_hashed then format('(select count(distinct h) from unnest(h%s) h)', p_position) else 'null' end)
$$;
comment on function quality.scan_part(text, text, int, boolean) is 'SQL of a field in the profile''s scan. Internal.';
