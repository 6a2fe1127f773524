comment on table private.schedule_signals is 'What ended, for the scheduler''s tick; gone once it was seen.';
alter table private.schedule_signals enable row level security, force row level security;
drop policy if exists all_system on private.schedule_signals;
create policy all_system on private.schedule_signals for all to cadastre_system using (true) with check (true);
grant select, insert, update, delete on private.schedule_signals to cadastre_system;
