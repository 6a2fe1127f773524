--! owner: cadastre_system
-- The question whether a filter or mask binds whoever is asking, as SQL for generated policies and views: a sub-select,
-- once a statement. One that names nobody binds everybody but services, which only the worker's login can be: then
-- everybody else has the answer without asking anything (measured: 30 to 60 us a policy and statement).
-- data.tg_policies__generate makes policies and views anew when a policy begins or ends to name somebody.
create or replace function private.binds_sql(p access.policies) returns text
language sql stable parallel safe
set search_path = ''
as $$
  select case when cardinality(p.roles) = 0 and cardinality(p.users) = 0
    then format('(select session_user <> ''cadastre_worker'' or private.policy_binds(%L::uuid))', p.id)
    else format('(select private.policy_binds(%L::uuid))', p.id) end
$$;
comment on function private.binds_sql(access.policies) is 'SQL of the question whether a filter or mask binds whoever is asking.';
revoke execute on function private.binds_sql(access.policies) from public;
grant execute on function private.binds_sql(access.policies) to cadastre_owner;
