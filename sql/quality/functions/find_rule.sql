-- A rule by dataset and name, locked for a change. Error QC001. Internal.
create or replace function quality.find_rule(p_dataset uuid, p_name text) returns quality.rules
language plpgsql
set search_path = ''
as $$
declare
  found_one quality.rules;
begin
  select * into found_one from quality.rules r
   where r.org_id = private.org_id() and r.dataset_id = p_dataset and r.name = p_name for no key update;
  if found_one.id is null then
    perform core.raise('QC001', format('the dataset has no rule %s', left(p_name, 80)), 'cadastre rules list tells their names.', 'name');
  end if;
  return found_one;
end
$$;
comment on function quality.find_rule(uuid, text) is 'A rule by name. Error QC001. Internal.';
