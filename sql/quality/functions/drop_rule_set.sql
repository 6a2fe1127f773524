-- Removes a rule set of the organization's own. Rules that were installed from it stay as they are.
create or replace function quality.drop_rule_set(name text) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  s quality.rule_sets;
begin
  perform core.require('quality.delete');
  delete from quality.rule_sets x where x.org_id = private.org_id() and x.name = drop_rule_set.name returning * into s;
  if s.id is null then
    perform core.raise('QC014', format('there is no rule set %L', left(drop_rule_set.name, 60)), 'cadastre rule-sets list and the page Rule sets of a dataset tell what there is.', 'name');
  end if;
  perform audit.record('quality.drop_set', 'rule_set', s.id::text, jsonb_build_object('name', s.name));
end
$$;
comment on function quality.drop_rule_set(text) is 'Removes a rule set; installed rules stay. Needs quality.delete. Error QC014.';
grant execute on function quality.drop_rule_set(text) to cadastre_user, cadastre_worker;
