--! owner: cadastre_system
-- Refuses a condition that is not in the language, naming the path of its first mistake and the remedy. With a dataset,
-- columns and types are looked at too; p_row: there is a row to ask.
create or replace function private.check_condition(p_condition jsonb, p_dataset uuid, p_row boolean) returns void
language plpgsql stable parallel safe security definer
set search_path = ''
as $$
declare
  m record;
  max_size constant int := 20000;
begin
  if length(p_condition::text) > max_size then
    perform core.raise('AC040', format('the condition is longer than %s characters', max_size), 'Split it into several policies.', 'condition');
  end if;
  m := private.find_mistake(p_condition, 'condition', case when p_dataset is not null then private.condition_types(p_dataset) end, p_row, 1);
  if m.problem is not null then
    perform core.raise('AC040', format('%s: %s', m.path, m.problem), m.remedy, m.path);
  end if;
end
$$;
comment on function private.check_condition(jsonb, uuid, boolean) is 'Raises AC040 with path and remedy for a condition that is not in the language.';
revoke execute on function private.check_condition(jsonb, uuid, boolean) from public;
grant execute on function private.check_condition(jsonb, uuid, boolean) to cadastre_owner;
