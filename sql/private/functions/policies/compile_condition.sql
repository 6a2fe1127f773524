--! owner: cadastre_system
-- A checked condition as SQL over a dataset's row: columns quoted (after p_alias, `t.` for example), literals quoted and
-- typed, what is asked of user, dataset and context in sub-selects. Three-valued as private.evaluate_condition is: a
-- column that the dataset does not have is unknown. Looks down from access to data: bound late.
create or replace function private.compile_condition(p_condition jsonb, p_dataset uuid, p_alias text default '') returns text
language plpgsql stable parallel safe security definer
set search_path = ''
as $$
begin
  return private.compile_part(p_condition, private.condition_types(p_dataset), p_dataset, p_alias);
end
$$;
comment on function private.compile_condition(jsonb, uuid, text) is 'SQL of a row''s condition for a dataset''s tables and views.';
revoke execute on function private.compile_condition(jsonb, uuid, text) from public;
grant execute on function private.compile_condition(jsonb, uuid, text) to cadastre_owner;
