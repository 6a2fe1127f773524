comment on table quality.results is 'What a rule found in a check: rows asked, failures, share (0 to 1), passed; measured is the statistic for rules about one.';

alter table quality.results enable row level security, force row level security;
drop policy if exists select_member on quality.results;
create policy select_member on quality.results for select to public
  using (org_id = (select private.org_id())
         and ((select private.has_permission('quality.view')) or dataset_id::text = any ((select private.allowed_objects('quality.view', 'dataset'))::text[]))
         and dataset_id::text <> all ((select private.denied_objects('quality.view', 'dataset'))::text[]));
-- Definer functions ask for the permission first (core.require); the boundary binds them all the same.
drop policy if exists all_owner on quality.results;
create policy all_owner on quality.results for all to cadastre_owner
  using (org_id = (select private.org_id())) with check (org_id = (select private.org_id()));
grant select on quality.results to cadastre_user, cadastre_worker;
