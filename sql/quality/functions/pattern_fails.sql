-- The condition under which a value does not match a pattern whole. A regular expression costs four to ten times what LIKE
-- does, so where another condition says the same of every text, that is what is asked (a property test holds the two
-- together):
--
--   words and nothing else         the list of them
--   AB.*, .+-x                     LIKE
--   [^@ ]+@[^@ ]+                  LIKE: the sign is there once, not at an end, and the other signs are not
--   AB-[0-9]{4}                    its length, LIKE, and whether the digits between a 1 and a 0 are a number: no blank, sign
--                                  or base can be then, and underscores, which numbers may have, are looked for
--   AB-[A-Z]{4}                    its length beside the expression, which is left "any number": counted repetitions are
--                                  what expressions are slow at. In bytes: whatever matches is ASCII
--
-- Internal.
create or replace function quality.pattern_fails(p_value text, p_patterns text[]) returns text
language plpgsql immutable
set search_path = ''
as $$
declare
  parts text[];
  whole text := array_to_string(p_patterns, '|');
  size int;
  most_digits constant int := 16;
begin
  if whole ~ '^[A-Za-z0-9 _:/-]+(\|[A-Za-z0-9 _:/-]+)*$' then
    return format('%s <> all (%L::text[])', p_value, string_to_array(whole, '|')::text);
  end if;
  parts := regexp_match(whole, '^([A-Za-z0-9 :/-]*)\.([*+])([A-Za-z0-9 :/-]*)$');
  if parts is not null then
    return format('%s not like %L', p_value, parts[1] || case parts[2] when '+' then '_' else '' end || '%' || parts[3]);
  end if;
  parts := regexp_match(whole, '^\[\^([@ ,;:/=#&~]{1,4})\]\+([@ ,;:/=#&~])\[\^\1\]\+$');
  if parts is not null and position(parts[2] in parts[1]) > 0 then
    return format('(%1$s not like %2$L or %1$s like %3$L%4$s)', p_value, format('_%%%s%%_', parts[2]), format('%%%1$s%%%1$s%%', parts[2]),
      (select string_agg(distinct format(' or %s like %L', p_value, '%' || c || '%'), '') from string_to_table(parts[1], null) c where c <> parts[2]));
  end if;
  parts := regexp_match(whole, '^([A-Za-z0-9 _:/-]*)(\[[A-Za-z0-9 _:/-]+\])\{([0-9]{1,3})\}([A-Za-z0-9 _:/-]*)$');
  if parts is null then
    return format('%s !~ %L', p_value, case when position('|' in whole) = 0 then '^' || whole || '$' else '^(?:' || whole || ')$' end);
  end if;
  size := length(parts[1]) + parts[3]::int + length(parts[4]);
  if parts[2] = '[0-9]' and parts[3]::int <= most_digits and position('_' in parts[1] || parts[4]) = 0 then
    return format('(octet_length(%1$s) <> %2$s%3$s or not pg_input_is_valid(''1'' || %4$s || ''0'', ''bigint'') or %1$s like ''%%\_%%'')', p_value, size,
      case when parts[1] || parts[4] <> '' then format(' or %s not like %L', p_value, parts[1] || '%' || parts[4]) end,
      case when size <= most_digits and parts[1] || parts[4] ~ '^[0-9]*$' then p_value
           else format('substr(%s, %s, %s)', p_value, length(parts[1]) + 1, parts[3]) end);
  end if;
  return format('(octet_length(%1$s) <> %2$s or %1$s %3$s)', p_value, size,
    case when parts[1] = '' and parts[4] = '' then format('collate "C" ~ %L', '[^' || substr(parts[2], 2)) else format('!~ %L', '^' || parts[1] || parts[2] || '*' || parts[4] || '$') end);
end
$$;
comment on function quality.pattern_fails(text, text[]) is 'SQL: a value matches none of the patterns. Internal.';
