comment on table private.carried_checks is 'What the last check of a dataset found, in the form in which the next one goes on from it. Numbers, no values of rows but the newest of a freshness rule.';
comment on table private.checked_keys is 'Keys of the rows that a load wrote, with the version before, until the next check has seen them.';
comment on table private.carried_pairs is 'Pairs of values of a functional dependency with their rows, of a check that is carried on. Values of rows: an erasure deletes them.';
alter table private.carried_checks enable row level security, force row level security;
drop policy if exists all_owner on private.carried_checks;
create policy all_owner on private.carried_checks for all to cadastre_owner
  using (org_id = (select private.org_id())) with check (org_id = (select private.org_id()));
alter table private.checked_keys enable row level security, force row level security;
drop policy if exists all_owner on private.checked_keys;
create policy all_owner on private.checked_keys for all to cadastre_owner
  using (org_id = (select private.org_id())) with check (org_id = (select private.org_id()));
alter table private.carried_pairs enable row level security, force row level security;
drop policy if exists all_owner on private.carried_pairs;
create policy all_owner on private.carried_pairs for all to cadastre_owner
  using (org_id = (select private.org_id())) with check (org_id = (select private.org_id()));
