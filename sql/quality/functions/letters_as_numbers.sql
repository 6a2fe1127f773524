-- SQL: a text of digits and capital letters with each letter as the number 10 to 35, as ISO's check digits read it. Internal.
create or replace function quality.letters_as_numbers(p_value text) returns text
language sql immutable
set search_path = ''
as $$
  select repeat('replace(', 26) || p_value || string_agg(format(', %L, %L)', chr(64 + i), (i + 9)::text), '' order by i) from generate_series(1, 26) i
$$;
comment on function quality.letters_as_numbers(text) is 'SQL: letters replaced by 10 to 35. Internal.';
