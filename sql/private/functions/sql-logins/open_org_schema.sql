-- Lets an SQL login reach its organization's schema, and no other one, or takes that back. As the schemas' owner.
create or replace function private.open_org_schema(role_name text, schema_name text, p_open boolean) returns void
language plpgsql security definer
set search_path = ''
as $$
begin
  if p_open then
    execute format('grant usage on schema %I to %I', schema_name, role_name);
  else
    execute format('revoke usage on schema %I from %I', schema_name, role_name);
  end if;
end
$$;
comment on function private.open_org_schema(text, text, boolean) is 'Gives or takes an SQL login''s right to reach its organization''s schema.';
revoke execute on function private.open_org_schema(text, text, boolean) from public;
grant execute on function private.open_org_schema(text, text, boolean) to cadastre_system;
