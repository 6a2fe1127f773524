comment on table private.change_keys is 'Keys of the rows that a small change wrote; read by private.change_source alone.';
alter table private.change_keys enable row level security, force row level security;
drop policy if exists all_owner on private.change_keys;
create policy all_owner on private.change_keys for all to cadastre_owner
  using (org_id = (select private.org_id())) with check (org_id = (select private.org_id()));
