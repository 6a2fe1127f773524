comment on table private.erasure_subjects is 'Whom an erasure is about, while it runs.';
comment on table private.erasure_files is 'Files that an erasure looked through, with the lines to blank.';
comment on table private.dead_objects is 'Objects of the store that nothing refers to any more, until they are removed.';

do $$
declare
  t text;
begin
  foreach t in array array['erasure_subjects', 'erasure_files', 'dead_objects'] loop
    execute format('alter table private.%I enable row level security, force row level security', t);
    execute format('drop policy if exists all_owner on private.%I', t);
    execute format('create policy all_owner on private.%I for all to cadastre_owner
      using (org_id = (select private.org_id())) with check (org_id = (select private.org_id()))', t);
  end loop;
end
$$;
-- The worker's sweep goes over all organizations.
drop policy if exists all_system on private.dead_objects;
create policy all_system on private.dead_objects for all to cadastre_system using (true) with check (true);
grant select, insert, delete on private.dead_objects to cadastre_system;
