comment on table tenancy.organizations is 'An organization: everything it has carries its id.';
comment on column tenancy.organizations.slug is 'Short name in addresses, for example acme.';
comment on column tenancy.organizations.schema_key is 'Names the organization''s schemas: org_<key> to query, store_<key> behind it.';
comment on column tenancy.organizations.reasons_required is 'Whether edits by hand, restores, replays and undos need a reason (HS001 without one).';
comment on column tenancy.organizations.erasures_approved is 'Whether another person has to approve an erasure before it runs. Switched off, it still holds for a day (erasures_alone_from).';
comment on column tenancy.organizations.erasures_alone_from is 'From then on erasures need no second person any more, after that was switched off.';
comment on column tenancy.organizations.time_zone is 'IANA name of the zone in which people are told moments, and of new schedules that name none; null: each visitor''s own, and UTC for schedules.';

alter table tenancy.organizations enable row level security, force row level security;
drop policy if exists select_member on tenancy.organizations;
create policy select_member on tenancy.organizations for select to public
  using (id = (select private.org_id()) or (select private.has_permission('platform.view')));
drop policy if exists update_owner on tenancy.organizations;
create policy update_owner on tenancy.organizations for update to public
  using (id = (select private.org_id()) and (select private.has_permission('organization.edit')));
drop policy if exists insert_platform on tenancy.organizations;
create policy insert_platform on tenancy.organizations for insert to cadastre_owner
  with check ((select private.has_permission('platform.manage')));
drop policy if exists all_system on tenancy.organizations;
create policy all_system on tenancy.organizations for all to cadastre_system using (true) with check (true);

grant usage on schema tenancy to cadastre_user, cadastre_worker, cadastre_system, cadastre_logins, cadastre_views;
grant select on tenancy.organizations to cadastre_user, cadastre_worker;
grant update (name, reasons_required, erasures_approved, time_zone) on tenancy.organizations to cadastre_user;
grant select, insert, update, delete on tenancy.organizations to cadastre_system;

create or replace trigger organizations__touch before update on tenancy.organizations
  for each row execute function core.tg_touch();

create or replace trigger organizations__check_time_zone before insert or update of time_zone on tenancy.organizations
  for each row when (new.time_zone is not null) execute function tenancy.tg_organizations__check_time_zone();

create or replace trigger organizations__alone before update of erasures_approved on tenancy.organizations
  for each row when (old.erasures_approved <> new.erasures_approved) execute function tenancy.tg_organizations__alone();
alter table tenancy.organizations enable always trigger organizations__alone;

create or replace trigger organizations__record after update on tenancy.organizations
  for each row when (old.* is distinct from new.*) execute function audit.tg_configuration__record('id');
alter table tenancy.organizations enable always trigger organizations__record;
