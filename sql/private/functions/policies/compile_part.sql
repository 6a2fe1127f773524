--! owner: cadastre_system
-- private.compile_condition's recursion. A part that asks nothing of the row is answered whole by a sub-select; what can
-- never be known (a column that is not there, kinds that do not meet) is a null of the right place.
create or replace function private.compile_part(p_condition jsonb, p_types jsonb, p_dataset uuid, p_alias text) returns text
language plpgsql immutable parallel safe
set search_path = ''
as $$
declare
  op text;
  body jsonb;
  kind text;
  left_kind text;
  right_kind text;
  a text;
  b text;
  list jsonb;
  swapped jsonb;
  unknown constant text := 'null::boolean';
  signs constant jsonb := '{"eq": "=", "ne": "<>", "lt": "<", "lte": "<=", "gt": ">", "gte": ">="}';
begin
  if not jsonb_path_exists(p_condition, '$.**.row') then
    return format('(select private.condition_holds(%L::jsonb, %L::uuid))', p_condition, p_dataset);
  end if;
  select k into op from jsonb_object_keys(p_condition) k where k <> 'zone' limit 1;
  body := p_condition -> op;
  if op in ('all', 'any') then
    return '(' || (select string_agg(private.compile_part(e, p_types, p_dataset, p_alias), case op when 'all' then ' and ' else ' or ' end)
                     from jsonb_array_elements(body) e) || ')';
  elsif op = 'not' then
    return format('(not %s)', private.compile_part(body, p_types, p_dataset, p_alias));
  elsif op = 'is_null' then
    a := case when body ? 'row' then case when p_types ? (body ->> 'row') then p_alias || quote_ident(body ->> 'row') end
              else private.condition_sql(body, 'timestamptz', p_types, p_dataset, p_alias) end;
    return format('(%s is null)', coalesce(a, 'null::text'));
  end if;
  left_kind := private.condition_kind(body -> 0, p_types);
  right_kind := private.condition_kind(body -> 1, p_types);

  if op in ('eq', 'ne', 'lt', 'lte', 'gt', 'gte') then
    kind := coalesce(left_kind, right_kind);
    a := private.condition_sql(body -> 0, kind, p_types, p_dataset, p_alias, p_types ->> (body #>> '{1,row}'));
    b := private.condition_sql(body -> 1, kind, p_types, p_dataset, p_alias, p_types ->> (body #>> '{0,row}'));
    if a is null or b is null or (kind = 'boolean' and op not in ('eq', 'ne')) then
      return unknown;
    end if;
    return format('(%s %s %s)', a, signs ->> op,
      case when kind = 'text' and op not in ('eq', 'ne') then format('(%s collate "C")', b) else b end);
  elsif op = 'between' then
    kind := coalesce(left_kind, 'timestamptz');
    a := case when kind in ('timestamptz', 'time') then private.condition_sql(body -> 0, kind, p_types, p_dataset, p_alias) end;
    if a is null then
      return unknown;
    elsif kind = 'timestamptz' then
      a := format('(%s at time zone %L)::time', a, coalesce(p_condition ->> 'zone', 'UTC'));
    end if;
    return format('(%1$s >= %2$L::time %4$s %1$s < %3$L::time)', a, body ->> 1, body ->> 2,
      case when (body ->> 1)::time <= (body ->> 2)::time then 'and' else 'or' end);
  elsif op in ('in', 'not_in') or (op = 'contains' and p_types ->> (body #>> '{0,row}') = 'text[]') then
    swapped := case when op = 'contains' then jsonb_build_array(body -> 1, body -> 0) else body end;
    list := swapped -> 1;
    if list ? 'row' and jsonb_typeof(list) = 'object' then
      kind := coalesce(private.condition_kind(swapped -> 0, p_types), 'text');
      a := private.condition_sql(swapped -> 0, kind, p_types, p_dataset, p_alias);
      if kind <> 'text' or a is null or p_types ->> (list ->> 'row') is distinct from 'text[]' then
        return unknown;
      end if;
      b := p_alias || quote_ident(list ->> 'row');
      -- A list without elements has no unknown in it.
      a := format('(case when %1$s is not null and %2$s is not null then coalesce(%1$s = any (%2$s), false) end)', a, b);
    else
      kind := left_kind;
      a := private.condition_sql(swapped -> 0, kind, p_types, p_dataset, p_alias);
      if a is null then
        return unknown;
      end if;
      b := case when jsonb_typeof(list) = 'array' then
             format('array[%s]::%s[]', coalesce((select string_agg(quote_literal(private.condition_literal(e, kind)), ', ')
               from jsonb_array_elements(list) e where private.condition_literal(e, kind) is not null), ''),
               case kind when 'number' then 'numeric' else kind end)
           else format('(select private.attribute_list(%L::jsonb, %L::uuid, null::%s[]))::%3$s[]', list, p_dataset,
               case kind when 'number' then 'numeric' else kind end) end;
      a := format('(case when %1$s is not null then %1$s = any (%2$s) end)', a, b);
    end if;
    return case when op = 'not_in' then format('(not %s)', a) else a end;
  elsif op = 'cidr' then
    a := private.condition_sql(body -> 0, 'text', p_types, p_dataset, p_alias);
    list := body -> 1;
    if a is null or (list ? 'row' and jsonb_typeof(list) = 'object') then
      return unknown;
    end if;
    b := case when jsonb_typeof(list) = 'array' then
           format('array[%s]::inet[]', (select string_agg(quote_literal(e #>> '{}'), ', ') from jsonb_array_elements(list) e
             where private.condition_literal(e, 'inet') is not null))
         else format('(select private.attribute_list(%L::jsonb, %L::uuid, null::inet[]))::inet[]', list, p_dataset) end;
    return format('(case when pg_catalog.pg_input_is_valid(%1$s, ''inet'') then %1$s::inet operator(pg_catalog.<<=) any (%2$s) end)', a, b);
  end if;
  -- Texts.
  a := private.condition_sql(body -> 0, 'text', p_types, p_dataset, p_alias);
  b := private.condition_sql(body -> 1, 'text', p_types, p_dataset, p_alias);
  if a is null or b is null or (op = 'contains' and not (body -> 0) ? 'row') then
    return unknown;
  end if;
  return case op
    when 'contains' then format('(strpos(%s, %s) > 0)', a, b)
    when 'starts_with' then format('starts_with(%s, %s)', a, b)
    when 'ends_with' then format('(right(%s, length(%2$s)) = %2$s)', a, b)
    when 'matches' then format('(left(%s, 10000) ~ %L)', a, '^(?:' || (body ->> 1) || ')$')
  end;
end
$$;
comment on function private.compile_part(jsonb, jsonb, uuid, text) is 'SQL of a part of a row''s condition. Internal to private.compile_condition.';
revoke execute on function private.compile_part(jsonb, jsonb, uuid, text) from public;
