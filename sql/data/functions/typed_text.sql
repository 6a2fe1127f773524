-- A text as a type writes it (042 as 42 of integer); null where the type does not take it. Both steps are dynamic: within
-- one transaction a place remembers the first type that it was given; and they are two, since a cast of a parameter is
-- made when the statement is planned, whatever CASE it stands in.
create or replace function data.typed_text(p_value text, p_type text) returns text
language plpgsql stable
set search_path = '' set timezone = 'UTC' set datestyle = 'ISO, YMD'
as $$
declare
  fits boolean;
  result text;
begin
  execute 'select pg_input_is_valid($1, $2)' into fits using p_value, p_type;
  if fits then
    execute format('select ($1::%s)::text', p_type) into result using p_value;
  end if;
  return result;
end
$$;
comment on function data.typed_text(text, text) is 'A text as a field''s type writes it; null where it is none. Internal.';
revoke execute on function data.typed_text(text, text) from public;
