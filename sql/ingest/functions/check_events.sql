-- The checks of a batch of events, by the same functions as a file's: types, rules, issues for people, counts, gate. Events
-- apply in their order, so of those with the same key the last that passes counts, and earlier ones are duplicates, where
-- in a file the first would. Returns what ingest.check_rows does. Internal.
create or replace function ingest.check_events(p_run ingest.runs, p_columns text[], p_landed bigint) returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  typed text := ingest.landing_name(p_run.id, p_run.lease_generation, 'typed');
  out_table text := ingest.landing_name(p_run.id, p_run.lease_generation, 'out');
  rules jsonb := ingest.landed_rules(p_run.dataset_id, p_columns);
  accepted bigint;
  overtaken bigint := 0;
  keys text;
  counted jsonb;
  measured jsonb;
  told jsonb;
begin
  rules := ingest.prepare_rules(p_run, p_columns, rules, true);
  measured := ingest.measure_load(p_run, p_columns);
  perform ingest.find_failures(p_run, p_columns, rules);
  perform ingest.find_broken(p_run, rules, typed);
  accepted := p_landed - ingest.reject_failures(p_run, p_columns, rules, typed);
  if p_run.mode <> 'append' then
    select string_agg(format('t.%I', f.name), ', ' order by f.place) into keys
      from ingest.landed_fields(p_run.dataset_id, p_columns) f where f.is_key;
    execute format(
      'insert into %1$s (line, first_line, reason)
       select r.line, r.last_line, ''duplicate''
         from (select t.line$ as line, max(t.line$) over (partition by %2$s) as last_line from %3$s t) r
        where r.line <> r.last_line', out_table, keys, typed);
    get diagnostics overtaken = row_count;
    if overtaken > 0 then
      execute format('delete from %s t using %s o where o.line = t.line$ and o.reason = ''duplicate''', typed, out_table);
    end if;
  end if;
  counted := ingest.count_rules(p_run, rules);
  told := ingest.count_checked(p_run, accepted - overtaken, 0, counted || ingest.held_by(measured)) || '{"unchecked": false}';
  -- Batches are many and small: those of datasets whose rules only reject, and are the contract's, leave no results.
  if measured <> '[]' or exists (select from jsonb_array_elements(rules) r where r ? 'rule_id' or not (r ->> 'rejects')::boolean) then
    select * into p_run from ingest.runs r where r.org_id = p_run.org_id and r.id = p_run.id;
    perform ingest.record_results(p_run, rules, counted, measured);
  end if;
  return told;
end
$$;
comment on function ingest.check_events(ingest.runs, text[], bigint) is 'Checks a batch''s landed events; see ingest.check_rows. Internal.';
