--! owner: cadastre_system
-- One operand as SQL of a kind, null where it can be none of it: a row's column by its name, a literal typed and quoted,
-- everything else a sub-select, asked once a statement. p_beside: what it is compared with, so that a whole number beside
-- an integer column stays an integer, which an index can use.
create or replace function private.condition_sql(p_operand jsonb, p_kind text, p_types jsonb, p_dataset uuid, p_alias text,
                                                 p_beside text default null) returns text
language plpgsql immutable parallel safe
set search_path = ''
as $$
declare
  own_kind text := private.condition_kind(p_operand, p_types);
  type text := case p_kind when 'number' then 'numeric' else p_kind end;
  inner_sql text;
  t text;
begin
  if own_kind <> p_kind or p_kind = 'none' then
    return null;
  elsif jsonb_typeof(p_operand) <> 'object' then
    t := private.condition_literal(p_operand, p_kind);
    if p_beside in ('integer', 'bigint') and pg_input_is_valid(t, 'bigint') then
      type := 'bigint';
    end if;
    return format('%L::%s', t, type);
  elsif p_operand ? 'row' then
    return case when p_types ? (p_operand ->> 'row') then p_alias || quote_ident(p_operand ->> 'row') end;
  elsif p_operand ?| array['add', 'sub'] and jsonb_path_exists(p_operand, '$.**.row') then
    inner_sql := private.condition_sql(coalesce(p_operand #> '{add,0}', p_operand #> '{sub,0}'), 'timestamptz', p_types, p_dataset, p_alias);
    -- What lies at an end of time is not known with a duration (spans are bounded: private.check_operand), rather than an error
    -- that takes the dataset away from whom the policy binds.
    return case when inner_sql is not null then
      format('(case when not isfinite(%1$s) or %1$s between ''3700-01-01 BC'' and ''293000-01-01'' then (%1$s at time zone ''UTC'' %2$s %3$L::interval) at time zone ''UTC'' end)', inner_sql,
        case when p_operand ? 'add' then '+' else '-' end, coalesce(p_operand #>> '{add,1}', p_operand #>> '{sub,1}')) end;
  end if;
  return format('(select private.attribute(%L::jsonb, %L::uuid, null::%s))', p_operand, p_dataset, type);
end
$$;
comment on function private.condition_sql(jsonb, text, jsonb, uuid, text, text) is 'SQL of an operand as a kind; null when it can be none.';
revoke execute on function private.condition_sql(jsonb, text, jsonb, uuid, text, text) from public;
grant execute on function private.condition_sql(jsonb, text, jsonb, uuid, text, text) to cadastre_owner;
