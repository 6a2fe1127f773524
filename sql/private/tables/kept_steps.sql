comment on table private.kept_steps is 'What the finished steps of failed executions made, in the object store, for re-runs.';
alter table private.kept_steps enable row level security, force row level security;
drop policy if exists all_owner on private.kept_steps;
create policy all_owner on private.kept_steps for all to cadastre_owner
  using (org_id = (select private.org_id())) with check (org_id = (select private.org_id()));
-- The sweep goes over all organizations.
drop policy if exists all_system on private.kept_steps;
create policy all_system on private.kept_steps for all to cadastre_system using (true) with check (true);
grant select, delete on private.kept_steps to cadastre_system;
create or replace trigger kept_steps__forget_objects after delete on private.kept_steps
  for each row execute function private.tg_kept_steps__forget_objects();
