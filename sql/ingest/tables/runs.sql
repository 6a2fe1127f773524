comment on table ingest.runs is 'One load of one file. read = inserted + updated + unchanged + rejected + duplicate.';
comment on column ingest.runs.status is 'queued, running, waiting (a store is down), held (gate), succeeded, failed, cancelled, duplicate.';
comment on column ingest.runs.error is '{code, message, hint, line, column}: why the run failed, waits or is held.';
comment on column ingest.runs.merged_at is 'When its versions began: the dataset as of this moment is as the run left it.';
comment on column ingest.runs.of_events is 'A batch of a stream: events apply in their order, of a key the last one counts.';
comment on column ingest.runs.undo_of is 'The run that this one undid.';
comment on column ingest.runs.undone_by is 'The run that undid this one.';
comment on column ingest.runs.reason is 'Why, where a reason was given (replays and undos).';

alter table ingest.runs enable row level security, force row level security;
drop policy if exists select_member on ingest.runs;
create policy select_member on ingest.runs for select to public
  using (org_id = (select private.org_id())
         and ((select private.has_permission('run.view'))
              or dataset_id::text = any ((select private.allowed_objects('run.view', 'dataset'))::text[]))
         and coalesce(dataset_id::text, '') <> all ((select private.denied_objects('run.view', 'dataset'))::text[]));
-- Definer functions ask for the permission first (core.require); the boundary binds them all the same.
drop policy if exists all_owner on ingest.runs;
create policy all_owner on ingest.runs for all to cadastre_owner
  using (org_id = (select private.org_id())) with check (org_id = (select private.org_id()));
-- The worker writes what its steps find, within the organization that its claim names.
drop policy if exists write_worker on ingest.runs;
create policy write_worker on ingest.runs for all to cadastre_worker
  using (org_id = (select private.org_id())) with check (org_id = (select private.org_id()));
drop policy if exists all_system on ingest.runs;
create policy all_system on ingest.runs for all to cadastre_system using (true) with check (true);
grant select on ingest.runs to cadastre_user;
grant select, insert, update, delete on ingest.runs to cadastre_worker;
grant select, update on ingest.runs to cadastre_system;
create or replace trigger runs__signal after update of status on ingest.runs
  for each row when (old.status is distinct from new.status and new.status in ('succeeded', 'failed', 'cancelled', 'held'))
  execute function ingest.tg_runs__signal();
