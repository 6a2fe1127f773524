-- SQL: a text of digits and capital letters does not meet ISO 7064 mod 97-10. Internal.
create or replace function quality.mod97_fails(p_value text) returns text
language sql immutable
set search_path = ''
as $$
  select format('(%s)::numeric %% 97 <> 1', quality.letters_as_numbers(p_value))
$$;
comment on function quality.mod97_fails(text) is 'SQL: a text does not meet ISO 7064 mod 97-10. Internal.';
