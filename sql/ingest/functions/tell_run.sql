-- Ids only: who listens reads the run again under row-level security. Internal.
create or replace function ingest.tell_run(p_org uuid, p_run uuid) returns void
language sql
set search_path = ''
as $$ select core.notify('run:' || p_run, p_run); select core.notify('runs:' || p_org, p_run) $$;
comment on function ingest.tell_run(uuid, uuid) is 'Notifies run:<id> and runs:<org> with the run''s id.';
grant execute on function ingest.tell_run(uuid, uuid) to cadastre_system;
