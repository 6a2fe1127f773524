comment on table access.users is 'A person. Belongs to organizations by memberships.';
alter table access.users enable row level security, force row level security;
drop policy if exists select_member on access.users;
create policy select_member on access.users for select to public
  using (id = (select private.user_id())
         or ((select private.has_permission('member.view')) and id = any (array(select private.org_member_ids()))));
drop policy if exists update_self on access.users;
-- Oneself, and as oneself: not somebody who is only looked at.
create policy update_self on access.users for update to public
  using (id = (select private.user_id()) and id = (select private.actor_id()));
drop policy if exists all_system on access.users;
create policy all_system on access.users for all to cadastre_system using (true) with check (true);
grant select on access.users to cadastre_user, cadastre_worker;
grant update (display_name, locale) on access.users to cadastre_user;
grant select, insert, update, delete on access.users to cadastre_system;
create or replace trigger users__touch before update on access.users for each row execute function core.tg_touch();
