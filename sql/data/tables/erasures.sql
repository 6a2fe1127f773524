comment on table data.erasures is 'Erasures of persons'' data: who asked and why, what was found and removed, in numbers.';
comment on column data.erasures.dry_run is 'A search: nothing is removed. An erasure that needs approval is one until it has it.';
comment on column data.erasures.found is 'Numbers by place: rows, versions, files, fileLines, rejectedRows, issues, events, failingRows, profiles, rawRecords, samples, changeKeys, archives, archivedVersions.';
comment on column data.erasures.needs_approval is 'An erasure that another person has to approve; state approval: it waits for that.';
comment on column data.erasures.planned is 'What the search before the approval found, in numbers by place: what was approved.';
comment on column data.erasures.expires_at is 'When a request that waits for approval ends by itself.';
comment on column data.erasures.approved is 'The other person''s decision; null: none yet, or none needed. False with decided_by the one who asked: withdrawn.';
comment on column data.erasures.notes is '[{file, note}]: what became of single files.';
comment on column data.erasures.error is '{code, message, hint}: why it failed, or what it waits for.';

alter table data.erasures enable row level security, force row level security;
drop policy if exists select_member on data.erasures;
create policy select_member on data.erasures for select to public
  using (org_id = (select private.org_id()) and (select private.has_permission('compliance.view')));
-- Definer functions ask for the permission first (core.require); the boundary binds them all the same.
drop policy if exists all_owner on data.erasures;
create policy all_owner on data.erasures for all to cadastre_owner
  using (org_id = (select private.org_id())) with check (org_id = (select private.org_id()));
grant select on data.erasures to cadastre_user, cadastre_worker;
