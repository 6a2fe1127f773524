--! owner: cadastre_system
-- As private.attribute, for operands that are lists: the elements that are of the wanted type. Null where it is no list.
create or replace function private.attribute_list(p_operand jsonb, p_dataset uuid, p_type anyarray) returns anyarray
language plpgsql stable parallel safe security definer
set search_path = ''
as $$
declare
  result alias for $0;
  kind text := rtrim(pg_typeof(p_type)::text, '[]');
  found_value jsonb;
begin
  kind := case kind when 'numeric' then 'number' when 'timestamp with time zone' then 'timestamptz'
                    when 'time without time zone' then 'time' else kind end;
  found_value := case when p_operand ? 'user' then private.own_attribute(p_operand ->> 'user')
                      else private.ask_operand(p_operand, p_dataset) end;
  if kind = 'inet' and jsonb_typeof(found_value) = 'string' then
    found_value := jsonb_build_array(found_value);
  end if;
  if jsonb_typeof(found_value) is distinct from 'array' then
    return null;
  end if;
  result := array(select x.t from (select private.condition_literal(e, kind) as t from jsonb_array_elements(found_value) e) x where x.t is not null)::text;
  return result;
end
$$;
comment on function private.attribute_list(jsonb, uuid, anyarray) is 'Elements of a condition''s list operand for whoever is asking, in a type; null when unknown.';
grant execute on function private.attribute_list(jsonb, uuid, anyarray) to public;
