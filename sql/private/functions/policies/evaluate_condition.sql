--! owner: cadastre_system
-- A condition's answer: true, false, or null where something it asks for is not known. For permissions and for every part of
-- a row's condition that asks nothing of the row; what asks a row is compiled (private.compile_condition), and a property
-- test holds the two to each other. p_object may carry "row" (values) and "types" (the contract's types of them).
-- Conditions come checked (private.check_condition), which bounds their depth and size.
create or replace function private.evaluate_condition(p_condition jsonb, p_user jsonb, p_object jsonb, p_context jsonb) returns boolean
language plpgsql stable parallel safe
set search_path = ''
as $$
declare
  op text;
  body jsonb;
  part jsonb;
  answer boolean;
  types jsonb := coalesce(p_object -> 'types', '{}');
  a jsonb;
  b jsonb;
  kind text;
  other_kind text;
  t text;
  u text;
  at_time time;
begin
  if p_condition is null then
    return true;
  end if;
  select k into op from jsonb_object_keys(p_condition) k where k <> 'zone' limit 1;
  body := p_condition -> op;
  if op in ('all', 'any') then
    answer := op = 'all';
    for part in select e from jsonb_array_elements(body) e loop
      if op = 'all' then
        answer := answer and private.evaluate_condition(part, p_user, p_object, p_context);
      else
        answer := answer or private.evaluate_condition(part, p_user, p_object, p_context);
      end if;
    end loop;
    return answer;
  elsif op = 'not' then
    return not private.evaluate_condition(body, p_user, p_object, p_context);
  elsif op = 'is_null' then
    return private.condition_value(body, p_user, p_object, p_context) is null;
  end if;

  a := private.condition_value(body -> 0, p_user, p_object, p_context);
  kind := private.condition_kind(body -> 0, types);
  if op = 'between' then
    t := private.condition_literal(a, coalesce(kind, 'timestamptz'));
    if t is null or coalesce(kind, 'timestamptz') not in ('timestamptz', 'time') then
      return null;
    end if;
    at_time := case when kind = 'time' then t::time
      else (t::timestamptz at time zone coalesce(p_condition ->> 'zone', 'UTC'))::time end;
    if (body ->> 1)::time <= (body ->> 2)::time then
      return at_time >= (body ->> 1)::time and at_time < (body ->> 2)::time;
    end if;
    return at_time >= (body ->> 1)::time or at_time < (body ->> 2)::time;
  end if;
  b := case when jsonb_typeof(body -> 1) = 'array' then body -> 1
            else private.condition_value(body -> 1, p_user, p_object, p_context) end;
  other_kind := private.condition_kind(body -> 1, types);
  if op in ('eq', 'ne', 'lt', 'lte', 'gt', 'gte') then
    if kind <> other_kind then
      return null;
    end if;
    return private.condition_compare(op, a, b, coalesce(kind, other_kind));
  elsif op in ('in', 'not_in') or (op = 'contains' and jsonb_typeof(a) = 'array') then
    if op = 'contains' then
      -- A list that has an element is that element in the list.
      part := a; a := b; b := part;
      if kind = 'none' then
        other_kind := case when types ->> (body #>> '{0,row}') = 'text[]' then coalesce(other_kind, 'text') else 'none' end;
      end if;
      kind := other_kind;
    elsif other_kind = 'none' then
      kind := case when types ->> (body #>> '{1,row}') = 'text[]' then coalesce(kind, 'text') else 'none' end;
    end if;
    if a is null or kind = 'none' or jsonb_typeof(b) is distinct from 'array'
       or (kind is not null and private.condition_literal(a, kind) is null) then
      return null;
    end if;
    answer := coalesce((select bool_or(private.condition_compare('eq', a, e, kind)) from jsonb_array_elements(b) e), false);
    return answer = (op <> 'not_in');
  elsif op = 'cidr' then
    t := private.condition_literal(a, 'inet');
    if t is null or b is null then
      return null;
    end if;
    if jsonb_typeof(b) <> 'array' then
      b := jsonb_build_array(b);
    end if;
    return coalesce((select bool_or(t::inet operator(pg_catalog.<<=) n.network::inet)
                       from (select private.condition_literal(e, 'inet') as network from jsonb_array_elements(b) e) n
                      where n.network is not null), false);
  end if;
  t := private.condition_literal(a, 'text');
  u := private.condition_literal(b, 'text');
  if t is null or u is null or kind <> 'text' or other_kind <> 'text' then
    return null;
  end if;
  return case op
    when 'contains' then strpos(t, u) > 0
    when 'starts_with' then starts_with(t, u)
    when 'ends_with' then right(t, length(u)) = u
    when 'matches' then left(t, 10000) ~ ('^(?:' || u || ')$')
  end;
end
$$;
comment on function private.evaluate_condition(jsonb, jsonb, jsonb, jsonb) is
  'Answer of a checked condition over attributes of user, object and context: true, false, or null when unknown.';
revoke execute on function private.evaluate_condition(jsonb, jsonb, jsonb, jsonb) from public;
