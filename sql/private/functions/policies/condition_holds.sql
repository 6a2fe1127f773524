--! owner: cadastre_system
-- The part of a row's condition that asks nothing of the row, for whoever is asking: a sub-select of a policy or view,
-- once a statement.
create or replace function private.condition_holds(p_condition jsonb, p_dataset uuid) returns boolean
language plpgsql stable parallel safe security definer
set search_path = ''
as $$
declare
  who record := private.identity();
begin
  return private.evaluate_condition(p_condition,
    case when jsonb_path_exists(p_condition, '$.**.user') then private.user_attributes(who.org_id, who.user_id) end,
    case when jsonb_path_exists(p_condition, '$.**.object') then private.dataset_attributes(who.org_id, p_dataset::text) end,
    case when jsonb_path_exists(p_condition, '$.**.context') then private.request_context() end);
end
$$;
comment on function private.condition_holds(jsonb, uuid) is 'A condition''s answer for whoever is asking and a dataset: true, false, or null when unknown.';
grant execute on function private.condition_holds(jsonb, uuid) to public;
