--! owner: cadastre_system
-- What an operand of a condition is worth; null where it is not known. p_object holds the object's attributes, and with
-- "row" the row's own values.
create or replace function private.condition_value(p_operand jsonb, p_user jsonb, p_object jsonb, p_context jsonb) returns jsonb
language plpgsql stable parallel safe
set search_path = ''
as $$
declare
  found_value jsonb;
  moment text;
  span interval;
begin
  if jsonb_typeof(p_operand) <> 'object' then
    return nullif(p_operand, 'null');
  elsif p_operand ?| array['add', 'sub'] then
    moment := private.condition_literal(
      private.condition_value(coalesce(p_operand #> '{add,0}', p_operand #> '{sub,0}'), p_user, p_object, p_context), 'timestamptz');
    -- At an end of time it is not known, as the compiled form has it (private.condition_sql).
    if moment is null or isfinite(moment::timestamptz) and moment::timestamptz not between '3700-01-01 BC' and '293000-01-01' then
      return null;
    end if;
    -- By UTC, as the compiled form: a day is a day wherever the session believes itself to be.
    span := coalesce(p_operand #>> '{add,1}', p_operand #>> '{sub,1}')::interval;
    return to_jsonb((moment::timestamptz at time zone 'UTC' + case when p_operand ? 'add' then span else -span end) at time zone 'UTC');
  end if;
  found_value := case
    when p_operand ? 'user' then p_user -> (p_operand ->> 'user')
    when p_operand ? 'row' then p_object -> 'row' -> (p_operand ->> 'row')
    when p_operand ? 'object' then p_object -> (p_operand ->> 'object')
    when p_operand ? 'context' then p_context -> (p_operand ->> 'context')
    when p_operand ? 'timestamp' then p_operand -> 'timestamp'
  end;
  return nullif(found_value, 'null');
end
$$;
comment on function private.condition_value(jsonb, jsonb, jsonb, jsonb) is 'Value of a condition''s operand; null when it is not known.';
revoke execute on function private.condition_value(jsonb, jsonb, jsonb, jsonb) from public;
