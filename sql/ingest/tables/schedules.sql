comment on table ingest.schedules is 'What starts a source or a pipeline by itself, and when it is due next.';
comment on column ingest.schedules.trigger is 'cron, interval, new_object (looks for new objects), upstream (success of pipelines or loads), freshness (in time for max_age), hand.';
comment on column ingest.schedules.next_due_at is 'When it is due next; null: nothing by the clock.';
comment on column ingest.schedules.missed_count is 'Due times at which it was not started: one waited already, or nothing ran.';
comment on column ingest.schedules.catch_up is 'once: one run makes up for times that passed while nothing ran; none: they only count as missed.';
comment on column ingest.schedules.problem is 'Why it cannot be planned any more; it rests until it is changed.';

alter table ingest.schedules enable row level security, force row level security;
drop policy if exists select_member on ingest.schedules;
create policy select_member on ingest.schedules for select to public
  using (org_id = (select private.org_id()) and (select private.has_permission('pipeline.view')));
-- Definer functions ask for the permission first (core.require); the boundary binds them all the same.
drop policy if exists all_owner on ingest.schedules;
create policy all_owner on ingest.schedules for all to cadastre_owner
  using (org_id = (select private.org_id())) with check (org_id = (select private.org_id()));
drop policy if exists all_system on ingest.schedules;
create policy all_system on ingest.schedules for all to cadastre_system using (true) with check (true);
grant select on ingest.schedules to cadastre_user, cadastre_worker;
grant select, insert, update, delete on ingest.schedules to cadastre_system;
create or replace trigger schedules__touch before update on ingest.schedules
  for each row when (old.name is distinct from new.name or old.trigger is distinct from new.trigger or old.cron is distinct from new.cron
    or old.every is distinct from new.every or old.max_age is distinct from new.max_age or old.paused is distinct from new.paused)
  execute function core.tg_touch();
