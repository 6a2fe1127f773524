comment on table access.requests is 'Somebody asks for access; the approval makes the grant.';
alter table access.requests enable row level security, force row level security;
drop policy if exists select_member on access.requests;
create policy select_member on access.requests for select to public
  using (org_id = (select private.org_id())
         and (user_id = (select private.user_id())
              or (select private.has_permission('role.approve')) or (select private.has_permission('audit.view'))));
-- Definer functions ask for the permission first (core.require); the boundary binds them all the same.
drop policy if exists all_owner on access.requests;
create policy all_owner on access.requests for all to cadastre_owner
  using (org_id = (select private.org_id())) with check (org_id = (select private.org_id()));
drop policy if exists all_system on access.requests;
create policy all_system on access.requests for all to cadastre_system using (true) with check (true);
grant select on access.requests to cadastre_user, cadastre_worker;
grant select, insert, update, delete on access.requests to cadastre_system;

comment on table access.request_decisions is 'What was said to a request for access: one voice a person.';
alter table access.request_decisions enable row level security, force row level security;
drop policy if exists select_member on access.request_decisions;
create policy select_member on access.request_decisions for select to public
  using (org_id = (select private.org_id())
         and (user_id = (select private.user_id())
              or (select private.has_permission('role.approve')) or (select private.has_permission('audit.view'))));
-- Definer functions ask for the permission first (core.require); the boundary binds them all the same.
drop policy if exists all_owner on access.request_decisions;
create policy all_owner on access.request_decisions for all to cadastre_owner
  using (org_id = (select private.org_id())) with check (org_id = (select private.org_id()));
drop policy if exists all_system on access.request_decisions;
create policy all_system on access.request_decisions for all to cadastre_system using (true) with check (true);
grant select on access.request_decisions to cadastre_user, cadastre_worker;
grant select, insert, update, delete on access.request_decisions to cadastre_system;
