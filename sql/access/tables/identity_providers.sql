comment on table access.identity_providers is 'Where people may sign in from: the installation''s providers, and organizations'' own.';
comment on column access.identity_providers.trusted_domains is
  'Mail domains for whose addresses this provider''s word links an existing account without asking its holder.';
alter table access.identity_providers enable row level security, force row level security;
drop policy if exists select_security on access.identity_providers;
create policy select_security on access.identity_providers for select to public
  using ((org_id = (select private.org_id()) and (select private.has_permission('organization.security')))
         or (org_id is null and (select private.has_permission('platform.security'))));
drop policy if exists all_system on access.identity_providers;
create policy all_system on access.identity_providers for all to cadastre_system using (true) with check (true);
grant select on access.identity_providers to cadastre_user, cadastre_worker;
grant select, insert, update, delete on access.identity_providers to cadastre_system;
create or replace trigger identity_providers__touch before update on access.identity_providers
  for each row execute function core.tg_touch();

create or replace trigger identity_providers__record after update on access.identity_providers
  for each row when (old.* is distinct from new.*) execute function audit.tg_configuration__record('id');
alter table access.identity_providers enable always trigger identity_providers__record;
