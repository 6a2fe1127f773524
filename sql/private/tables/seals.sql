comment on table private.audit_trees is 'Where each organization''s tree stands; written by the sealer alone.';
comment on table private.change_secrets is 'Seeds of the salts of data versions, and what each commitment is of.';
comment on table private.kept_salts is 'Salts of versions beside which others were erased.';
comment on table private.event_salts is 'Salts of audit events.';
do $$
declare
  t text;
begin
  foreach t in array array['audit_trees', 'change_secrets', 'kept_salts', 'event_salts'] loop
    execute format('alter table private.%I enable row level security, force row level security', t);
    execute format('drop policy if exists all_system on private.%I', t);
    execute format('create policy all_system on private.%I for all to cadastre_system using (true) with check (true)', t);
    execute format('grant select, insert, update, delete on private.%I to cadastre_system', t);
    execute format('drop policy if exists all_owner on private.%I', t);
    -- Versions are committed to, exported and erased by functions of the owner's, within the organization.
    execute format('create policy all_owner on private.%I for all to cadastre_owner
      using (org_id = (select private.org_id())) with check (org_id = (select private.org_id()))', t);
  end loop;
end
$$;
