-- Rules that must know the rest of the file (uniqueness, dependencies): the values that break them are found first, each
-- rule's into a landing table of its own, and the rules come back asking that table. Internal.
create or replace function ingest.prepare_rules(p_run ingest.runs, p_rules jsonb, p_make boolean) returns jsonb
language plpgsql
set search_path = ''
set parallel_tuple_cost = 0
set parallel_setup_cost = 0
as $$
declare
  rule jsonb;
  rules jsonb := '[]';
  bad text;
  n record;
begin
  if not exists (select from jsonb_array_elements(p_rules) r where r ->> 'prepare' is not null) then
    return p_rules;
  end if;
  n := data.dataset_names(p_run.dataset_id);
  for rule in select r from jsonb_array_elements(p_rules) r order by (r ->> 'no')::int loop
    if rule ->> 'prepare' is not null then
      bad := ingest.landing_name(p_run.id, p_run.lease_generation, 'bad' || (rule ->> 'no'));
      if p_make then
        execute format('drop table if exists %s', bad);
        execute format('create unlogged table %s as %s', bad, replace(replace(rule ->> 'prepare',
          '{source}', ingest.landing_name(p_run.id, p_run.lease_generation, 'typed')), '{current}', n.current_table));
        execute format('analyze %s', bad);
      end if;
      rule := rule || jsonb_build_object('fails', replace(rule ->> 'fails', '{bad}', bad));
    end if;
    rules := rules || rule;
  end loop;
  return rules;
end
$$;
comment on function ingest.prepare_rules(ingest.runs, jsonb, boolean) is 'Makes ready rules that must know the whole file. Internal.';
