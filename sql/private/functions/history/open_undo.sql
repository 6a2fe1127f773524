--! owner: cadastre_system
-- The run, where it is an undo that is under way: such a row is there between an undo's beginning and its end alone, and
-- both are in one transaction, so nobody else's statement can find it. For the version triggers, which write the run on
-- the rows that an undo deletes.
create or replace function private.open_undo(p_run uuid) returns uuid
language sql stable security definer
set search_path = ''
as $$
  select r.id from ingest.runs r where r.org_id = private.org_id() and r.id = p_run and r.undo_of is not null and r.status = 'running'
$$;
comment on function private.open_undo(uuid) is 'The run, where it is an undo under way; null otherwise. Internal.';
revoke execute on function private.open_undo(uuid) from public;
grant execute on function private.open_undo(uuid) to cadastre_owner;
