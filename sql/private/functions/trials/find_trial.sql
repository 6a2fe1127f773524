-- A dry run that was not answered yet, for the worker. Internal.
create or replace function private.find_trial(p_kind text, p_trial uuid) returns private.trials
language sql stable
set search_path = ''
as $$
  select t from private.trials t where t.org_id = private.org_id() and t.kind = p_kind and t.id = p_trial and t.result is null
$$;
comment on function private.find_trial(text, uuid) is 'A dry run that is not answered. Internal.';
grant execute on function private.find_trial(text, uuid) to cadastre_system;
