-- A value's shape: runs of small letters are a, of capitals A, of digits 9; everything else stands for itself. Internal.
create or replace function quality.shape_of(value text) returns text
language sql immutable parallel safe
set search_path = ''
as $$
  select regexp_replace(regexp_replace(regexp_replace(left(value, 500), '[[:lower:]]+', 'a', 'g'), '[[:upper:]]+', 'A', 'g'), '[[:digit:]]+', '9', 'g')
$$;
comment on function quality.shape_of(text) is 'Shape of a value: letters as a and A, digits as 9, runs as one. Internal.';
