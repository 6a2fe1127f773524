comment on table quality.rule_sets is 'Rule sets of the organization''s own; a shared one is in everybody''s marketplace.';

alter table quality.rule_sets enable row level security, force row level security;
drop policy if exists select_member on quality.rule_sets;
create policy select_member on quality.rule_sets for select to public
  using (org_id = (select private.org_id()) and (select private.has_permission('quality.view')));
-- Definer functions ask for the permission first (core.require); the boundary binds them all the same.
drop policy if exists all_owner on quality.rule_sets;
create policy all_owner on quality.rule_sets for all to cadastre_owner
  using (org_id = (select private.org_id())) with check (org_id = (select private.org_id()));
drop policy if exists select_system on quality.rule_sets;
create policy select_system on quality.rule_sets for select to cadastre_system using (true);
grant select on quality.rule_sets to cadastre_user, cadastre_worker, cadastre_system;
create or replace trigger rule_sets__touch before update on quality.rule_sets for each row execute function core.tg_touch();
create or replace trigger contracts__apply_sets after insert on data.contracts
  for each row execute function quality.tg_contracts__apply_sets();
alter table data.contracts enable always trigger contracts__apply_sets;
create or replace trigger fields__apply_sets after update of tags on data.fields
  for each row when (old.tags is distinct from new.tags) execute function quality.tg_contracts__apply_sets();
alter table data.fields enable always trigger fields__apply_sets;
