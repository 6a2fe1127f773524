--! owner: cadastre_system
-- A value as text when it is one of the wanted kind, else null: the one place where JSON becomes a typed value, so that
-- a compiled condition and an evaluated one cannot read it differently. Dates and times only as ISO 8601, a moment only
-- with its zone: what a session sets for its own dates must not change what a policy says.
create or replace function private.condition_literal(p_value jsonb, p_kind text) returns text
language plpgsql stable parallel safe
set search_path = ''
as $$
declare
  t text := p_value #>> '{}';
begin
  if p_value is null or jsonb_typeof(p_value) not in ('string', 'number', 'boolean') then
    return null;
  elsif p_kind in ('number', 'boolean') then
    return case when jsonb_typeof(p_value) = p_kind then t end;
  elsif jsonb_typeof(p_value) <> 'string' then
    return null;
  end if;
  return case
    when p_kind = 'text' then t
    when p_kind = 'date' and t ~ '^\d{4}-\d{2}-\d{2}$' and pg_input_is_valid(t, 'date') then t
    when p_kind = 'timestamptz' and t ~ '^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}(:?\d{2})?)$'
      and pg_input_is_valid(t, 'timestamptz') then t
    when p_kind = 'time' and t ~ '^\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?$' and pg_input_is_valid(t, 'time') then t
    -- Each type at a place of its own: pg_input_is_valid remembers the first one that a place gave it.
    when p_kind = 'uuid' and pg_input_is_valid(t, 'uuid') then t
    when p_kind = 'inet' and pg_input_is_valid(t, 'inet') then t
  end;
end
$$;
comment on function private.condition_literal(jsonb, text) is
  'Text of a JSON value of the kind (text, number, boolean, date, timestamptz, time, uuid, inet); null when it is none.';
revoke execute on function private.condition_literal(jsonb, text) from public;
grant execute on function private.condition_literal(jsonb, text) to cadastre_owner;
