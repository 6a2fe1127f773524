comment on table access.linked_identities is 'Which subjects of identity providers sign in to which account. One''s own alone.';
alter table access.linked_identities enable row level security, force row level security;
drop policy if exists select_own on access.linked_identities;
create policy select_own on access.linked_identities for select to public using (user_id = (select private.actor_id()));
drop policy if exists all_system on access.linked_identities;
create policy all_system on access.linked_identities for all to cadastre_system using (true) with check (true);
grant select on access.linked_identities to cadastre_user;
grant select, insert, update, delete on access.linked_identities to cadastre_system;
