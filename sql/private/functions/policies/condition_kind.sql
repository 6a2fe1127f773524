--! owner: cadastre_system
-- As what an operand is compared: a row's column as its type says, a moment as a moment. Null: as what it is found to
-- be. `none`: it cannot be compared. p_types: {"<column>": "<type of the contract>"}.
create or replace function private.condition_kind(p_operand jsonb, p_types jsonb) returns text
language sql immutable parallel safe
set search_path = ''
as $$
  select case
    when jsonb_typeof(p_operand) <> 'object' then null
    when p_operand ? 'row' then
      case
        when p_types ->> (p_operand ->> 'row') is null then null
        when p_types ->> (p_operand ->> 'row') ~ '^(integer|bigint|numeric)' then 'number'
        when p_types ->> (p_operand ->> 'row') in ('text', 'boolean', 'date', 'timestamptz', 'time', 'uuid') then p_types ->> (p_operand ->> 'row')
        else 'none'
      end
    when p_operand ?| array['timestamp', 'add', 'sub'] or p_operand ->> 'context' = 'time' then 'timestamptz'
  end
$$;
comment on function private.condition_kind(jsonb, jsonb) is 'Kind as which an operand of a condition is compared.';
revoke execute on function private.condition_kind(jsonb, jsonb) from public;
grant execute on function private.condition_kind(jsonb, jsonb) to cadastre_owner;
