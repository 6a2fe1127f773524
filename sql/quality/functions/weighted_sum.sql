-- SQL: the sum of a text's first digits, each times its weight. In a sub-select, so that the text itself is made once.
-- Internal.
create or replace function quality.weighted_sum(p_value text, p_weights int[]) returns text
language sql immutable
set search_path = ''
as $$
  select format('(select %s from (select %s as x offset 0) q)',
           string_agg(format('%s * (ascii(substr(q.x, %s, 1)) - 48)', w.w, w.i), ' + ' order by w.i), p_value)
    from unnest(p_weights) with ordinality w (w, i)
$$;
comment on function quality.weighted_sum(text, int[]) is 'SQL: sum of digits by weights. Internal.';
