-- SQL: the digits of a text do not meet ISO/IEC 7812's mod 10 (Luhn): every second one from the right counts twice, as the
-- sum of its digits. p_width: at least as long as the text; filled up with zeros, which count nothing. In a sub-select,
-- so that the text itself is made once. Internal.
create or replace function quality.luhn_fails(p_value text, p_width int) returns text
language sql immutable
set search_path = ''
as $$
  select format('(select (%s) %% 10 <> 0 from (select lpad(%s, %s, ''0'') as x offset 0) q)', string_agg(
           case when (p_width - i) % 2 = 1
                then format('ascii(translate(substr(q.x, %s, 1), ''123456789'', ''246813579'')) - 48', i)
                else format('ascii(substr(q.x, %s, 1)) - 48', i) end, ' + ' order by i), p_value, p_width)
    from generate_series(1, p_width) i
$$;
comment on function quality.luhn_fails(text, int) is 'SQL: digits do not meet the Luhn check. Internal.';
