comment on table access.invitations is 'Who was asked to join, as what, and what became of it.';
alter table access.invitations enable row level security, force row level security;
drop policy if exists select_member on access.invitations;
create policy select_member on access.invitations for select to public
  using (org_id = (select private.org_id()) and (select private.has_permission('member.create')));
drop policy if exists all_system on access.invitations;
create policy all_system on access.invitations for all to cadastre_system using (true) with check (true);
grant select on access.invitations to cadastre_user, cadastre_worker;
grant select, insert, update, delete on access.invitations to cadastre_system;
create or replace trigger org_security__pend_sessions after update of require_factor on access.org_security
  for each row when (old.require_factor is distinct from new.require_factor)
  execute function access.tg_org_security__pend_sessions();
