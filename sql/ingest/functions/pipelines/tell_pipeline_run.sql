-- Ids only: who listens reads the execution again under row-level security. Internal.
create or replace function ingest.tell_pipeline_run(p_org uuid, p_run uuid) returns void
language sql
set search_path = ''
as $$ select core.notify('pipeline_runs:' || p_org, p_run) $$;
comment on function ingest.tell_pipeline_run(uuid, uuid) is 'Notifies pipeline_runs:<org> with the execution''s id. Internal.';
grant execute on function ingest.tell_pipeline_run(uuid, uuid) to cadastre_system;
