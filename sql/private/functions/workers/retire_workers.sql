--! owner: cadastre_system
-- Forgets workers that stopped, or all of them when none is named: the start of an embedded database, which no worker
-- outlives.
create or replace function private.retire_workers(worker_ids text[] default null) returns void
language sql security definer
set search_path = ''
as $$ delete from private.workers w where worker_ids is null or w.worker_id = any (worker_ids) $$;
comment on function private.retire_workers(text[]) is 'Forgets the named workers, or all.';
revoke execute on function private.retire_workers(text[]) from public;
grant execute on function private.retire_workers(text[]) to cadastre_worker;
