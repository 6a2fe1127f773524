-- Rules that must know the rest of the file (uniqueness, dependencies): the values that break them are found first, each
-- rule's into a landing table of its own, and the rules come back asking that table. Rows that are not of their types speak
-- with those of their values that can be read. Internal.
create or replace function ingest.prepare_rules(p_run ingest.runs, p_columns text[], p_rules jsonb, p_make boolean) returns jsonb
language plpgsql
set search_path = ''
set parallel_tuple_cost = 0
set parallel_setup_cost = 0
as $$
declare
  rule jsonb;
  rules jsonb := '[]';
  bad text;
  source text;
  raw text := ingest.landing_name(p_run.id, p_run.lease_generation, 'raw');
  fail text := ingest.landing_name(p_run.id, p_run.lease_generation, 'fail');
  nothing boolean;
  n record;
begin
  if not exists (select from jsonb_array_elements(p_rules) r where r ->> 'prepare' is not null) then
    return p_rules;
  end if;
  n := data.dataset_names(p_run.dataset_id);
  source := ingest.landing_name(p_run.id, p_run.lease_generation, 'typed');
  if p_make and to_regclass(raw) is not null and to_regclass(fail) is not null then
    select format('(select %s from %s t union all select %s from %s r join %s x on x.line = r.line where x.rejected)',
             string_agg(format('t.%I', f.name), ', ' order by f.place), source,
             string_agg(format('case when %s then %s end', f.valid, f.typed), ', ' order by f.place), raw, fail)
      into source from ingest.landed_fields(p_run.dataset_id, p_columns) f;
  end if;
  for rule in select r from jsonb_array_elements(p_rules) r order by (r ->> 'no')::int loop
    if rule ->> 'prepare' is not null then
      bad := ingest.landing_name(p_run.id, p_run.lease_generation, 'bad' || (rule ->> 'no'));
      if p_make then
        execute format('drop table if exists %s', bad);
        execute format('create ' || ingest.landing_kind() || ' table %s as %s', bad, quality.fill_prepare(rule ->> 'prepare', source, n.current_table));
        execute format('analyze %s', bad);
      end if;
      execute format('select not exists (select from %s)', bad) into nothing;
      -- What no value breaks needs no look at each row.
      rule := rule || jsonb_build_object('fails', case when nothing then 'false' else replace(rule ->> 'fails', '{bad}', bad) end);
    end if;
    rules := rules || rule;
  end loop;
  return rules;
end
$$;
comment on function ingest.prepare_rules(ingest.runs, text[], jsonb, boolean) is 'Makes ready rules that must know the whole file. Internal.';
