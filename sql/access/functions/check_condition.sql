-- Says whether a condition is in the language; with a dataset, whether it fits its columns. For editors and the command
-- line, before a policy is made of it.
create or replace function access.check_condition(condition jsonb, dataset uuid default null) returns boolean
language plpgsql stable security definer
set search_path = ''
as $$
begin
  perform core.require('role.view');
  perform private.check_condition(condition, dataset, true);
  return true;
end
$$;
comment on function access.check_condition(jsonb, uuid) is
  'True for a condition of the language; else AC040 with the path of the first mistake and the remedy. Needs role.view.';
grant execute on function access.check_condition(jsonb, uuid) to cadastre_user, cadastre_worker;
