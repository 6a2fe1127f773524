-- The condition under which a value does not match a pattern whole. Counted repetitions are what regular expressions are
-- slow at: where a pattern has one, of one kind of character between fixed ones, its length is asked beside, which leaves
-- "any number" to the expression (2.4 times as fast for ten digits). In bytes: whatever matches is ASCII. Internal.
create or replace function quality.pattern_fails(p_value text, p_patterns text[]) returns text
language plpgsql immutable
set search_path = ''
as $$
declare
  parts text[];
  whole text := array_to_string(p_patterns, '|');
begin
  parts := regexp_match(whole, '^([A-Za-z0-9 _:/-]*)(\[[A-Za-z0-9 _:/-]+\])\{([0-9]{1,3})\}([A-Za-z0-9 _:/-]*)$');
  if parts is not null then
    return format('(octet_length(%1$s) <> %2$s or %1$s %3$s)', p_value, length(parts[1]) + parts[3]::int + length(parts[4]),
      case when parts[1] = '' and parts[4] = '' then format('~ %L', '[^' || substr(parts[2], 2)) else format('!~ %L', '^' || parts[1] || parts[2] || '*' || parts[4] || '$') end);
  end if;
  return format('%s !~ %L', p_value, case when position('|' in whole) = 0 then '^' || whole || '$' else '^(?:' || whole || ')$' end);
end
$$;
comment on function quality.pattern_fails(text, text[]) is 'SQL: a value matches none of the patterns. Internal.';
