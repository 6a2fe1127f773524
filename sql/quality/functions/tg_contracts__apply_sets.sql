-- The organization's rule sets that are everywhere come to new datasets, and to fields that a new contract or tag brings. Whoever
-- makes the dataset need not be allowed to make rules: who saved the set was (quality.approve).
create or replace function quality.tg_contracts__apply_sets() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  s record;
begin
  for s in select x.id, x.version, v.rules
             from quality.rule_sets x join quality.rule_set_versions v on v.org_id = x.org_id and v.set_id = x.id and v.version = x.version
            where x.org_id = new.org_id and x.everywhere order by x.id limit 200 loop
    perform quality.apply_rule_set(s.id::text, s.version, s.rules, new.dataset_id, null, true);
  end loop;
  return null;
end
$$;
comment on function quality.tg_contracts__apply_sets() is 'Trigger: rule sets that are everywhere on a new contract or new tags.';
