--! owner: cadastre_system
-- What an operand is worth for whoever is asking, in the wanted type; null where it is not known or is none of that type.
-- A sub-select of generated policies and views, once a statement: (select private.attribute('{"user": "region"}',
-- '<dataset>', null::text)).
create or replace function private.attribute(p_operand jsonb, p_dataset uuid, p_type anyelement) returns anyelement
language plpgsql stable parallel safe security definer
set search_path = ''
as $$
declare
  result alias for $0;
  kind text := pg_typeof(p_type)::text;
  found_value jsonb;
begin
  kind := case kind when 'numeric' then 'number' when 'timestamp with time zone' then 'timestamptz'
                    when 'time without time zone' then 'time' else kind end;
  found_value := case when p_operand ? 'user' then private.own_attribute(p_operand ->> 'user')
                      else private.ask_operand(p_operand, p_dataset) end;
  -- As private.condition_literal reads a text.
  result := case when kind <> 'text' then private.condition_literal(found_value, kind)
                 when jsonb_typeof(found_value) = 'string' then found_value #>> '{}' end;
  return result;
end
$$;
comment on function private.attribute(jsonb, uuid, anyelement) is 'Value of a condition''s operand for whoever is asking, in a type; null when unknown.';
grant execute on function private.attribute(jsonb, uuid, anyelement) to public;
