-- The checks of a run over its landed rows: types and rules, issues for people, counts, gate. Afterwards the typed
-- table holds the rows that pass; the out table has the lines that do not. Where the dataset's rows are known to meet
-- its lasting rules, only rows that differ are asked those, and so only once the difference is known (ingest.begin_merge):
-- then "unchecked" is true. Whether a key comes twice is found out there too, where it costs nothing.
--
-- p_landed: rows in the typed table; p_problem_rows: rows that the reader had already set aside; p_first: see
-- ingest.is_first_load. Returns {read, accepted, rejected, duplicate, unchecked, hold, rules: [{field, rule, severity,
-- rows}]}; hold is null where the gate is open.
create or replace function ingest.check_rows(p_run uuid, p_generation int, p_columns text[], p_landed bigint, p_problem_rows bigint,
                                             p_first boolean)
returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  run ingest.runs;
  rules jsonb;
  typed text := ingest.landing_name(p_run, p_generation, 'typed');
  unchecked boolean;
  accepted bigint;
  measured jsonb;
  counted jsonb;
  told jsonb;
begin
  perform core.require('run.execute');
  run := ingest.assert_lease(p_run, p_generation);
  rules := ingest.landed_rules(run.dataset_id, p_columns);
  unchecked := not p_first and ingest.rows_are_checked(run);
  rules := ingest.prepare_rules(run, p_columns, rules, true);
  measured := ingest.measure_load(run, p_columns);
  perform ingest.find_failures(run, p_columns, rules);
  perform ingest.find_broken(run, case when unchecked then ingest.pick_rules(rules, false) else rules end, typed);
  accepted := p_landed - ingest.reject_failures(run, p_columns, rules, typed);
  counted := ingest.count_rules(run, rules);
  told := ingest.count_checked(run, accepted, p_problem_rows, counted || ingest.held_by(measured));
  select * into run from ingest.runs r where r.org_id = run.org_id and r.id = run.id;
  perform ingest.record_results(run, rules, counted, measured);
  return told || jsonb_build_object('unchecked', unchecked);
end
$$;
comment on function ingest.check_rows(uuid, int, text[], bigint, bigint, boolean) is
  'Checks a run''s landed rows; returns counts, failures by rule and why the run must be held, if so. Error IN007.';
grant execute on function ingest.check_rows(uuid, int, text[], bigint, bigint, boolean) to cadastre_worker;
