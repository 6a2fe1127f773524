-- First half of the merge's transaction: writers wait from here on, the difference is found, and with it whether a key
-- comes twice in the file and, where the checks left that to the difference, whether a row breaks a rule. Such rows are
-- set aside, which may close the gate after all. The caller stores their raw records, then calls complete_merge or
-- hold_run, in the same transaction.
--
-- p_checked is what check_rows returned. Unlogged landing tables are empty after a crash of the server, and an empty one
-- must not be taken for an empty file. Returns p_checked anew, with "found": true where rows were set aside.
create or replace function ingest.begin_merge(p_run uuid, p_generation int, p_columns text[], p_problem_rows bigint,
                                              p_checked jsonb, p_first boolean) returns jsonb
language plpgsql security definer
set search_path = ''
set work_mem = '128MB'
set maintenance_work_mem = '256MB'
as $$
declare
  run ingest.runs;
  n record;
  typed text := ingest.landing_name(p_run, p_generation, 'typed');
  accepted bigint := (p_checked ->> 'accepted')::bigint;
  kept bigint := accepted;
  unchecked boolean := coalesce((p_checked ->> 'unchecked')::boolean, false);
  lost boolean := false;
  repeated boolean := false;
  broken bigint := 0;
  lasting jsonb;
  contract int;
  rules jsonb;
  counted jsonb;
  found_out jsonb;
begin
  perform core.require('run.execute');
  run := ingest.assert_lease(p_run, p_generation);
  -- The dataset's row before its table, as a change of contract takes them.
  select d.contract_version into contract from data.datasets d where d.org_id = run.org_id and d.id = run.dataset_id for no key update;
  if contract is distinct from run.contract_version then
    perform core.raise('IN014', 'the contract was changed during the load', 'The file is landed again.');
  end if;
  n := data.dataset_names(run.dataset_id);
  rules := ingest.prepare_rules(run, p_columns, ingest.landed_rules(run.dataset_id, p_columns), false);
  -- Writers wait, readers go on. What the difference sees is what will be written to.
  execute format('lock table %s in share row exclusive mode', n.current_table);
  if accepted > 0 then
    execute format('select not exists (select from %s)', typed) into lost;
  end if;
  if lost then
    perform core.raise('IN014', 'the landed rows are gone', 'The file is landed again.');
  end if;
  lasting := ingest.pick_rules(rules, true);
  -- A row was changed by hand since the checks: the table's rows are not known to meet the rules any more.
  if unchecked and not ingest.rows_are_checked(run) then
    broken := ingest.find_broken(run, lasting, typed);
    kept := kept - ingest.reject_failures(run, p_columns, rules, typed);
    unchecked := false;
  end if;
  -- Of a batch of events that comes late the last event counts that passes; one that is in time was looked through.
  if run.of_events and current_setting('cadastre.landing', true) is distinct from 'batch' and run.replay_of is null and run.mode <> 'append' and kept > 0 then
    if unchecked then
      broken := ingest.find_broken(run, lasting, typed);
      kept := kept - ingest.reject_failures(run, p_columns, rules, typed);
      unchecked := false;
    end if;
    kept := kept - ingest.set_overtaken_aside(run, p_columns);
  end if;
  if p_first then
    begin
      perform ingest.adopt_landing(run, p_columns);
    exception when unique_violation then
      repeated := true;
    end;
  elsif run.mode <> 'append' then
    repeated := ingest.make_diff(run, p_columns, kept);
  end if;
  if repeated then
    if unchecked then
      -- The first row that meets the rules counts, so all of them are asked after all.
      broken := ingest.find_broken(run, lasting, typed);
      kept := kept - ingest.reject_failures(run, p_columns, rules, typed);
    end if;
    kept := kept - ingest.set_duplicates_aside(run, p_columns);
  elsif unchecked then
    broken := ingest.find_broken(run, lasting, 'pg_temp.cadastre_diff');
    kept := kept - ingest.reject_failures(run, p_columns, rules, 'pg_temp.cadastre_diff');
  end if;
  if kept = accepted and broken = 0 and not repeated then
    return p_checked || '{"found": false}';
  end if;
  counted := ingest.count_rules(run, rules);
  found_out := ingest.count_checked(run, kept, p_problem_rows, counted) || '{"found": true}';
  select * into run from ingest.runs r where r.org_id = run.org_id and r.id = run.id;
  perform ingest.record_results(run, rules, counted);
  -- Behind a closed gate nothing is made ready.
  if repeated and found_out ->> 'hold' is null then
    if p_first then
      perform ingest.adopt_landing(run, p_columns);
    else
      perform ingest.make_diff(run, p_columns, kept);
    end if;
  end if;
  return found_out;
end
$$;
comment on function ingest.begin_merge(uuid, int, text[], bigint, jsonb, boolean) is
  'Locks the dataset and finds what to write. Errors: IN007 lease lost, IN014 landed rows gone or contract changed, 40001 try again.';
grant execute on function ingest.begin_merge(uuid, int, text[], bigint, jsonb, boolean) to cadastre_worker;
