comment on table quality.rule_settings is 'What breaking a contract''s rule means: severity and threshold. Without a row: the row is rejected.';

alter table quality.rule_settings enable row level security, force row level security;
drop policy if exists select_member on quality.rule_settings;
create policy select_member on quality.rule_settings for select to public
  using (org_id = (select private.org_id())
         and ((select private.has_permission('quality.view')) or dataset_id::text = any ((select private.allowed_objects('quality.view', 'dataset'))::text[]))
         and dataset_id::text <> all ((select private.denied_objects('quality.view', 'dataset'))::text[]));
-- Definer functions ask for the permission first (core.require); the boundary binds them all the same.
drop policy if exists all_owner on quality.rule_settings;
create policy all_owner on quality.rule_settings for all to cadastre_owner
  using (org_id = (select private.org_id())) with check (org_id = (select private.org_id()));

drop policy if exists write_member on quality.rule_settings;
create policy write_member on quality.rule_settings for all to cadastre_user
  using (org_id = (select private.org_id())
         and ((select private.has_permission('quality.edit')) or dataset_id::text = any ((select private.allowed_objects('quality.edit', 'dataset'))::text[]))
         and dataset_id::text <> all ((select private.denied_objects('quality.edit', 'dataset'))::text[]))
  with check (org_id = (select private.org_id())
         and ((select private.has_permission('quality.edit')) or dataset_id::text = any ((select private.allowed_objects('quality.edit', 'dataset'))::text[]))
         and dataset_id::text <> all ((select private.denied_objects('quality.edit', 'dataset'))::text[]));
grant usage on schema quality to cadastre_user, cadastre_worker;
grant select, insert, update, delete on quality.rule_settings to cadastre_user;
grant select on quality.rule_settings to cadastre_worker;

create or replace trigger rule_settings__record after update on quality.rule_settings
  for each row when (old.* is distinct from new.*) execute function audit.tg_configuration__record('dataset_id');
alter table quality.rule_settings enable always trigger rule_settings__record;
