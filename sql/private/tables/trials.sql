comment on table private.trials is 'Dry runs on their way to whoever asked; their results hold rows, so nobody else reads them.';
alter table private.trials enable row level security, force row level security;
drop policy if exists all_owner on private.trials;
create policy all_owner on private.trials for all to cadastre_owner
  using (org_id = (select private.org_id())) with check (org_id = (select private.org_id()));
drop policy if exists all_system on private.trials;
create policy all_system on private.trials for all to cadastre_system using (true) with check (true);
grant select, insert, update, delete on private.trials to cadastre_system;
