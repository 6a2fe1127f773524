-- An organization with its two schemas. org_<key> is what people query; store_<key> is closed to every login.
create or replace function tenancy.create_organization(slug text, name text) returns tenancy.organizations
language plpgsql security definer
set search_path = ''
as $$
declare
  org tenancy.organizations;
begin
  perform core.require('platform.manage');
  if create_organization.slug !~ '^[a-z][a-z0-9]*([-_][a-z0-9]+)*$' or length(create_organization.slug) > 40 then
    perform core.raise('TN001', format('%L is not a valid slug', left(create_organization.slug, 60)),
      'Use 1 to 40 lower-case letters, digits and single hyphens, beginning with a letter, for example "north-wind".', 'slug');
  end if;
  if length(trim(coalesce(create_organization.name, ''))) not between 1 and 200 then
    perform core.raise('TN003', 'the name is empty or too long', 'Give a name of 1 to 200 characters.', 'name');
  end if;
  begin
    insert into tenancy.organizations (slug, name)
    values (create_organization.slug, trim(create_organization.name))
    returning * into org;
  exception when unique_violation then
    perform core.raise('TN002', format('the slug %s is taken', create_organization.slug),
      'Choose another; a hyphen and an underscore count as the same here.', 'slug');
  end;
  execute format('create schema %I', 'store_' || org.schema_key);
  execute format('create schema %I', 'org_' || org.schema_key);
  execute format('grant usage on schema %I to cadastre_views', 'store_' || org.schema_key);
  execute format('grant usage, create on schema %I to cadastre_views', 'org_' || org.schema_key);
  execute format('grant usage on schema %I to cadastre_user', 'org_' || org.schema_key);
  perform audit.record('organization.create', 'organization', org.slug, jsonb_build_object('name', org.name), org.id);
  return org;
end
$$;
comment on function tenancy.create_organization(text, text) is
  'Creates an organization and its schemas. Needs platform.manage. Errors: TN001 slug, TN002 taken, TN003 name.';
grant execute on function tenancy.create_organization(text, text) to cadastre_user, cadastre_worker;
