comment on table private.sandbox_logins is 'Each organization''s unprivileged login: what people write as SQL runs there. Bound by role OID.';
comment on table private.template_installs is 'Which organizations have installed which shared template.';
do $$
declare
  t text;
begin
  foreach t in array array['sandbox_logins', 'template_installs'] loop
    execute format('alter table private.%I enable row level security, force row level security', t);
    execute format('drop policy if exists all_system on private.%I', t);
    execute format('create policy all_system on private.%I for all to cadastre_system using (true) with check (true)', t);
    execute format('grant select, insert, update, delete on private.%I to cadastre_system', t);
  end loop;
end
$$;
