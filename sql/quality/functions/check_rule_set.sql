-- The rules of a set: definitions as of quality.put_rule whose fields are slots, each with what the columns that it stands
-- for are called, typed or tagged. Checked here for their form; against a dataset when they are installed. Internal.
create or replace function quality.check_rule_set(p_rules jsonb) returns void
language plpgsql stable
set search_path = ''
as $$
declare
  r jsonb;
  s record;
  wrong text;
  known constant text[] := '{name,slots,kind,fields,parameters,severity,scope,action,dimension,max_failures,max_share,tags,description,source}';
  max_rules constant int := 200;
  hint constant text := 'docs/reference/rule-sets.md tells what a rule set is made of.';
begin
  if jsonb_typeof(p_rules) is distinct from 'array' or jsonb_array_length(p_rules) not between 1 and max_rules then
    perform core.raise('QC013', format('a rule set is a list of 1 to %s rules', max_rules), hint, 'rules');
  end if;
  if (select count(*) <> count(distinct x ->> 'name') from jsonb_array_elements(p_rules) x) then
    perform core.raise('QC013', 'two rules of the set have the same name', hint, 'name');
  end if;
  for r in select x from jsonb_array_elements(p_rules) x loop
    wrong := case
      when jsonb_typeof(r) <> 'object' then 'is no object'
      when coalesce(r ->> 'name', '') !~ '^[a-z][a-z0-9_]{0,39}$' then 'has no name of up to 40 lower-case letters, digits and underscores'
      when jsonb_typeof(r -> 'slots') is distinct from 'object' then 'has no slots'
      when coalesce(jsonb_typeof(r -> 'fields'), 'array') <> 'array' then 'has fields that are no list'
      when r ->> 'kind' is null or r ->> 'kind' = 'sql' then 'has no kind that a set may hold'
      when exists (select from jsonb_object_keys(r) k where k <> all (known)) then 'says more than a rule of a set may'
      when exists (select from jsonb_array_elements_text(coalesce(r -> 'fields', '[]')) f where not r -> 'slots' ? f) then 'names a field that is no slot of it'
      when r -> 'parameters' ? 'to' and not r -> 'slots' ? (r -> 'parameters' ->> 'to') then 'names a field that is no slot of it'
      when (select count(*) from jsonb_object_keys(r -> 'slots')) > 16 then 'has more than 16 slots' end;
    if wrong is not null then
      perform core.raise('QC013', format('rule %s %s', coalesce(left(r ->> 'name', 40), 'without a name'), wrong), hint, 'rules');
    end if;
    for s in select key, value from jsonb_each(r -> 'slots') loop
      if jsonb_typeof(s.value) <> 'object' or not (s.value ?| array['names', 'tags', 'types']) then
        perform core.raise('QC013', format('slot %s of rule %s says neither names nor tags nor types', left(s.key, 40), r ->> 'name'), hint, 'slots');
      end if;
      begin
        perform '' ~ coalesce(s.value ->> 'names', '');
      exception when invalid_regular_expression then
        perform core.raise('QC013', format('slot %s of rule %s has names that are no regular expression', left(s.key, 40), r ->> 'name'), hint, 'slots');
      end;
    end loop;
  end loop;
end
$$;
comment on function quality.check_rule_set(jsonb) is 'Checks the form of a rule set''s rules. Error QC013. Internal.';
