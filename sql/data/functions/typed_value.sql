-- A text as the JSON of a field's type, or as the text that it is where the type does not take it: what two values are
-- compared by, so that 042 and 42 are one integer.
create or replace function data.typed_value(p_value text, p_type text) returns jsonb
language plpgsql stable
set search_path = '' set timezone = 'UTC' set datestyle = 'ISO, YMD'
as $$
declare
  result jsonb;
begin
  if p_value is null then
    return null;
  elsif p_type = 'text' then
    return to_jsonb(p_value);
  end if;
  -- Dynamic: within one transaction a place remembers the first type that it was given.
  execute format('select case when pg_input_is_valid($1, %1$L) then to_jsonb($1::%1$s) else to_jsonb($1) end', p_type) into result using p_value;
  return result;
end
$$;
comment on function data.typed_value(text, text) is 'A text as JSON of a field''s type. Internal.';
revoke execute on function data.typed_value(text, text) from public;
