comment on table ingest.contract_proposals is 'Contracts, and changes of contracts, that files ask for: one a held run, decided by ingest.accept_contract or ingest.refuse_contract.';
comment on column ingest.contract_proposals.fields is 'kind new: [{name, sourceName, type, required, evidence}].';
comment on column ingest.contract_proposals.changes is
  'kind change: [{change: renamed, field, column, likeness: {name, content, compared}, evidence} | {change: added, column, field: {name, sourceName, type}, evidence} | {change: dropped, field, evidence} | {change: retyped, field, column, from, to, evidence}].';
comment on column ingest.contract_proposals.effect is
  'What the changes were measured on: {sampledRows, matchedRows, currentRows}; kind new: {rowsSeen, complete, keyCandidates}.';

alter table ingest.contract_proposals enable row level security, force row level security;
drop policy if exists select_member on ingest.contract_proposals;
-- Evidence names values: nothing of it for whom a filter or mask of the dataset binds.
create policy select_member on ingest.contract_proposals for select to public
  using (org_id = (select private.org_id())
         and (((select private.has_permission('run.view')) and (select private.denied_objects('run.view', 'dataset')) = '{}'::text[]
               and (select private.bound_datasets()) = '{}'::uuid[])
              or exists (select from ingest.runs r
                          where r.org_id = contract_proposals.org_id and r.id = contract_proposals.run_id
                            and coalesce(r.dataset_id <> all ((select private.bound_datasets())::uuid[]), true))));
-- Definer functions ask for the permission first (core.require); the boundary binds them all the same.
drop policy if exists all_owner on ingest.contract_proposals;
create policy all_owner on ingest.contract_proposals for all to cadastre_owner
  using (org_id = (select private.org_id())) with check (org_id = (select private.org_id()));
drop policy if exists select_worker on ingest.contract_proposals;
create policy select_worker on ingest.contract_proposals for select to cadastre_worker
  using (org_id = (select private.org_id()));
drop policy if exists all_system on ingest.contract_proposals;
create policy all_system on ingest.contract_proposals for all to cadastre_system using (true) with check (true);
grant select on ingest.contract_proposals to cadastre_user, cadastre_worker;
grant select, update on ingest.contract_proposals to cadastre_system;
