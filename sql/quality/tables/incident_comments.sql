comment on table quality.incident_comments is 'What people wrote to an incident.';

alter table quality.incident_comments enable row level security, force row level security;
drop policy if exists select_member on quality.incident_comments;
create policy select_member on quality.incident_comments for select to public
  using (org_id = (select private.org_id())
         and exists (select from quality.incidents p where p.org_id = incident_comments.org_id and p.id = incident_comments.incident_id));
-- Definer functions ask for the permission first (core.require); the boundary binds them all the same.
drop policy if exists all_owner on quality.incident_comments;
create policy all_owner on quality.incident_comments for all to cadastre_owner
  using (org_id = (select private.org_id())) with check (org_id = (select private.org_id()));
grant select on quality.incident_comments to cadastre_user, cadastre_worker;
