comment on table quality.judgements is 'What people say of failures: confirmed, fixed or expected. A rule''s precision comes of it.';

alter table quality.judgements enable row level security, force row level security;
drop policy if exists select_member on quality.judgements;
create policy select_member on quality.judgements for select to public
  using (org_id = (select private.org_id())
         and ((select private.has_permission('quality.view')) or dataset_id::text = any ((select private.allowed_objects('quality.view', 'dataset'))::text[]))
         and dataset_id::text <> all ((select private.denied_objects('quality.view', 'dataset'))::text[]));
-- Definer functions ask for the permission first (core.require); the boundary binds them all the same.
drop policy if exists all_owner on quality.judgements;
create policy all_owner on quality.judgements for all to cadastre_owner
  using (org_id = (select private.org_id())) with check (org_id = (select private.org_id()));
grant select on quality.judgements to cadastre_user, cadastre_worker;
