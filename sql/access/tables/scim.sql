comment on table access.scim_tokens is 'Keys by which a directory reaches /scim/v2 for one organization.';
comment on table access.scim_users is 'What a directory says about members: its own words, apart from their accounts.';
comment on table access.scim_groups is 'Roles of the organization that a directory keeps as groups, with its id for them.';
do $$
declare
  t text;
begin
  foreach t in array array['scim_tokens', 'scim_users', 'scim_groups'] loop
    execute format('alter table access.%I enable row level security, force row level security', t);
    execute format('drop policy if exists select_security on access.%I', t);
    execute format('create policy select_security on access.%I for select to public
      using (org_id = (select private.org_id()) and (select private.has_permission(''organization.security'')))', t);
    execute format('drop policy if exists all_system on access.%I', t);
    execute format('create policy all_system on access.%I for all to cadastre_system using (true) with check (true)', t);
    execute format('grant select on access.%I to cadastre_user, cadastre_worker', t);
    execute format('grant select, insert, update, delete on access.%I to cadastre_system', t);
  end loop;
end
$$;
