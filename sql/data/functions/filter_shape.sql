-- What a filter asks for without what it asks with: its fields and operators, each value as "?". An event is for ever, and
-- a filter's values may be a person's. Internal.
create or replace function data.filter_shape(p_filter jsonb, p_depth int default 0) returns jsonb
language plpgsql immutable
set search_path = ''
as $$
declare
  deepest constant int := 10;
begin
  if p_depth > deepest then
    return '"?"';
  elsif jsonb_typeof(p_filter) = 'object' then
    return (select coalesce(jsonb_object_agg(left(e.key, 100), data.filter_shape(e.value, p_depth + 1)), '{}') from jsonb_each(p_filter) e);
  elsif jsonb_typeof(p_filter) = 'array' and jsonb_typeof(p_filter -> 0) in ('object', 'array') then
    return (select jsonb_agg(data.filter_shape(e.value, p_depth + 1)) from jsonb_array_elements(p_filter) e);
  end if;
  return '"?"';
end
$$;
comment on function data.filter_shape(jsonb, int) is 'A filter''s fields and operators without its values. Internal.';
revoke execute on function data.filter_shape(jsonb, int) from public;
