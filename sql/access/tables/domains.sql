comment on table access.domains is 'Mail domains of organizations; verified ones let people with such an address join.';
alter table access.domains enable row level security, force row level security;
drop policy if exists select_security on access.domains;
create policy select_security on access.domains for select to public
  using (org_id = (select private.org_id()) and (select private.has_permission('organization.security')));
drop policy if exists all_system on access.domains;
create policy all_system on access.domains for all to cadastre_system using (true) with check (true);
grant select on access.domains to cadastre_user, cadastre_worker;
grant select, insert, update, delete on access.domains to cadastre_system;

create or replace trigger domains__record after update on access.domains
  for each row when (old.* is distinct from new.*) execute function audit.tg_configuration__record('domain');
alter table access.domains enable always trigger domains__record;
