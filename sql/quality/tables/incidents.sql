comment on table quality.incidents is 'Failed rules of severity error and above and missed targets, one open incident each.';

alter table quality.incidents enable row level security, force row level security;
drop policy if exists select_member on quality.incidents;
create policy select_member on quality.incidents for select to public
  using (org_id = (select private.org_id())
         and ((select private.has_permission('quality.view')) or dataset_id::text = any ((select private.allowed_objects('quality.view', 'dataset'))::text[]))
         and dataset_id::text <> all ((select private.denied_objects('quality.view', 'dataset'))::text[]));
-- Definer functions ask for the permission first (core.require); the boundary binds them all the same.
drop policy if exists all_owner on quality.incidents;
create policy all_owner on quality.incidents for all to cadastre_owner
  using (org_id = (select private.org_id())) with check (org_id = (select private.org_id()));
-- Late datasets are found by the clock, which acts for no organization.
drop policy if exists all_system on quality.incidents;
create policy all_system on quality.incidents for all to cadastre_system using (true) with check (true);
grant select, insert, update on quality.incidents to cadastre_system;
grant select on quality.incidents to cadastre_user, cadastre_worker;
