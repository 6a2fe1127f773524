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
  if data.typed_text(p_value, p_type) is null then
    return to_jsonb(p_value);
  end if;
  execute format('select to_jsonb($1::%s)', p_type) into result using p_value;
  return result;
end
$$;
comment on function data.typed_value(text, text) is 'A text as JSON of a field''s type. Internal.';
revoke execute on function data.typed_value(text, text) from public;
