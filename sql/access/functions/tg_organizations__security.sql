--! owner: cadastre_system
-- An organization is made by the platform, whose identity belongs to no organization, so the system role writes the row.
create or replace function access.tg_organizations__security() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  insert into access.org_security (org_id) values (new.id) on conflict do nothing;
  return null;
end
$$;
comment on function access.tg_organizations__security() is 'Trigger: makes an organization''s security settings with it.';
revoke execute on function access.tg_organizations__security() from public;
grant execute on function access.tg_organizations__security() to cadastre_owner;
