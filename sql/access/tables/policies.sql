comment on table access.policies is 'Which rows, which values and which acts, by conditions on person, object and context.';
alter table access.policies enable row level security, force row level security;
drop policy if exists select_member on access.policies;
create policy select_member on access.policies for select to public
  using (org_id = (select private.org_id()) and (select private.has_permission('role.view')));
drop policy if exists all_owner on access.policies;
create policy all_owner on access.policies for all to cadastre_owner
  using (org_id = (select private.org_id())) with check (org_id = (select private.org_id()));
drop policy if exists all_system on access.policies;
create policy all_system on access.policies for all to cadastre_system using (true) with check (true);
grant select on access.policies to cadastre_user, cadastre_worker;
grant select, insert, update, delete on access.policies to cadastre_system;

create or replace trigger policies__record after update on access.policies
  for each row when (old.* is distinct from new.*) execute function audit.tg_configuration__record('id');
alter table access.policies enable always trigger policies__record;
