-- The merge: rows, versions, counts, lineage (by trigger on the run), audit and the run's end, in one transaction and
-- behind the fence. Either all of it is there or none. p_accepted is what the checks counted: unlogged landing tables
-- are empty after a crash of the server, and an empty one must not be taken for an empty file.
create or replace function ingest.merge_run(p_run uuid, p_generation int, p_columns text[], p_accepted bigint) returns ingest.runs
language plpgsql security definer
set search_path = ''
as $$
declare
  run ingest.runs;
  n record;
  landed bigint;
  inserted bigint := 0;
  updated bigint := 0;
  deleted bigint := 0;
begin
  perform core.require('run.execute');
  run := ingest.assert_lease(p_run, p_generation);
  n := data.dataset_names(run.dataset_id);
  -- Writers wait, readers go on. What the difference sees is what will be written to.
  execute format('lock table %s in share row exclusive mode', n.current_table);
  execute format('select count(*) from %s', ingest.landing_name(p_run, p_generation, 'typed')) into landed;
  if landed <> p_accepted then
    perform core.raise('IN014', 'the landed rows are gone', 'The file is landed again.');
  end if;
  -- The history trigger writes it on tombstones.
  perform set_config('cadastre.run_id', run.id::text, true);
  if run.mode = 'append' then
    inserted := ingest.append_rows(run, p_columns);
  else
    perform ingest.make_diff(run, p_columns);
    select w.inserted, w.updated, w.deleted into inserted, updated, deleted from ingest.write_diff(run, p_columns) w;
  end if;
  return ingest.finish_run(run, inserted, updated, p_accepted - inserted - updated, deleted);
end
$$;
comment on function ingest.merge_run(uuid, int, text[], bigint) is
  'Merges a checked run''s typed rows and ends the run. Errors: IN007 lease lost, IN014 landed rows gone, 40001 try again.';
grant execute on function ingest.merge_run(uuid, int, text[], bigint) to cadastre_worker;
