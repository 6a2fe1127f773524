-- SQL: the weighted sum of a text's digits, its check digit among them, is no multiple of p_modulus. Internal.
create or replace function quality.weights_fail(p_value text, p_weights int[], p_modulus int) returns text
language sql immutable
set search_path = ''
as $$
  select format('(%s) %% %s <> 0', quality.weighted_sum(p_value, p_weights), p_modulus)
$$;
comment on function quality.weights_fail(text, int[], int) is 'SQL: digits do not meet a weighted check sum. Internal.';
