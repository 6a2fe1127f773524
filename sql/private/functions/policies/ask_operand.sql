--! owner: cadastre_system
-- What an operand is worth for whoever is asking; only what it asks for is looked up, since this is most of what a row
-- filter costs a small query.
create or replace function private.ask_operand(p_operand jsonb, p_dataset uuid) returns jsonb
language plpgsql stable parallel safe
set search_path = ''
as $$
declare
  who record := private.identity();
  inner_operand jsonb := coalesce(p_operand #> '{add,0}', p_operand #> '{sub,0}', p_operand);
begin
  return private.condition_value(p_operand,
    case when inner_operand ? 'user' then private.user_attributes(who.org_id, who.user_id) end,
    case when inner_operand ? 'object' then private.dataset_attributes(who.org_id, p_dataset::text) end,
    case when inner_operand ? 'context' then private.request_context() end);
end
$$;
comment on function private.ask_operand(jsonb, uuid) is 'Value of a condition''s operand for whoever is asking; null when unknown.';
revoke execute on function private.ask_operand(jsonb, uuid) from public;
