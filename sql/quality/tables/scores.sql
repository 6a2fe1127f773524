comment on table quality.scores is 'Score of a check from 0 to 1, see docs/reference/quality.md for the formula.';

alter table quality.scores enable row level security, force row level security;
drop policy if exists select_member on quality.scores;
create policy select_member on quality.scores for select to public
  using (org_id = (select private.org_id())
         and ((select private.has_permission('quality.view')) or dataset_id::text = any ((select private.allowed_objects('quality.view', 'dataset'))::text[]))
         and dataset_id::text <> all ((select private.denied_objects('quality.view', 'dataset'))::text[]));
-- Definer functions ask for the permission first (core.require); the boundary binds them all the same.
drop policy if exists all_owner on quality.scores;
create policy all_owner on quality.scores for all to cadastre_owner
  using (org_id = (select private.org_id())) with check (org_id = (select private.org_id()));
grant select on quality.scores to cadastre_user, cadastre_worker;
