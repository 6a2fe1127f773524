--! owner: cadastre_system
-- The turn of a pull or a check among everybody's jobs: the one being served, so that many of one organization do not go
-- before everybody's loads.
create or replace function private.pull_turn() returns int
language sql security definer
set search_path = ''
as $$ select least(greatest(coalesce(core.turn_served(), 1), 1), 32000) $$;
comment on function private.pull_turn() is 'The turn being served, for a job beside the loads.';
revoke execute on function private.pull_turn() from public;
grant execute on function private.pull_turn() to cadastre_owner;
