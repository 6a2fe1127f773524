-- A rule, or a new version of it, as a draft: what loads are asked changes by deploying it. The same definition again
-- makes no new version.
create or replace function quality.put_rule(dataset_id uuid, definition jsonb, origin text default 'hand') returns quality.rules
language plpgsql security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
  known uuid;
begin
  perform core.require('quality.view');
  perform data.dataset_names(put_rule.dataset_id);
  select r.id into known from quality.rules r
   where r.org_id = private.org_id() and r.dataset_id = put_rule.dataset_id and r.name = put_rule.definition ->> 'name' for no key update;
  perform data.require_on(case when known is null then 'quality.create' else 'quality.edit' end, put_rule.dataset_id);
  perform quality.require_whole(put_rule.dataset_id, put_rule.definition);
  return quality.write_rule(put_rule.dataset_id, put_rule.definition, put_rule.origin);
end
$$;
comment on function quality.put_rule(uuid, jsonb, text) is
  'Saves a rule {name, kind, fields, parameters, severity, scope, action, dimension, max_failures, max_share, tags, description} as a draft. Needs quality.create, quality.edit for a new version. Errors: QC002, QC003, QC004, DS001.';
grant execute on function quality.put_rule(uuid, jsonb, text) to cadastre_user, cadastre_worker;
