comment on table private.change_horizons is 'Up to which position a change feed has been cleared away (private.sweep_changes).';
alter table private.change_horizons enable row level security, force row level security;
drop policy if exists select_member on private.change_horizons;
create policy select_member on private.change_horizons for select to public using (org_id = (select private.org_id()));
drop policy if exists all_system on private.change_horizons;
create policy all_system on private.change_horizons for all to cadastre_system using (true) with check (true);
grant select on private.change_horizons to cadastre_user, cadastre_worker;
grant select, insert, update on private.change_horizons to cadastre_system;
