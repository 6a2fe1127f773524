comment on table private.mask_keys is 'Secrets of hash masks, one an organization: views read them, people do not.';
alter table private.mask_keys enable row level security, force row level security;
-- A view reads a table as its own owner: whoever queries it gets the masked value and never the key.
drop policy if exists select_views on private.mask_keys;
create policy select_views on private.mask_keys for select to cadastre_views using (org_id = (select private.org_id()));
drop policy if exists insert_owner on private.mask_keys;
create policy insert_owner on private.mask_keys for all to cadastre_owner
  using (org_id = (select private.org_id())) with check (org_id = (select private.org_id()));
grant select on private.mask_keys to cadastre_views;
