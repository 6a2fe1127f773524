comment on table private.raw_due is 'Ended runs whose raw records the document store does not yet have as they left them (ingest.follow_raw).';
alter table private.raw_due enable row level security, force row level security;
drop policy if exists all_owner on private.raw_due;
create policy all_owner on private.raw_due for all to cadastre_owner
  using (org_id = (select private.org_id())) with check (org_id = (select private.org_id()));
drop policy if exists all_system on private.raw_due;
create policy all_system on private.raw_due for all to cadastre_system using (true) with check (true);
grant select on private.raw_due to cadastre_system;
