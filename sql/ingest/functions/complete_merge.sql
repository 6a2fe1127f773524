-- Second half of the merge's transaction: rows, versions, the change feed, counts, lineage (by trigger on the run), audit
-- and the run's end. Either all of it is there or none. Where a rule about the rows in force holds the run, none: it comes
-- back held.
create or replace function ingest.complete_merge(p_run uuid, p_generation int, p_columns text[], p_accepted bigint, p_first boolean)
returns ingest.runs
language plpgsql security definer
set search_path = ''
set work_mem = '128MB'
as $$
declare
  run ingest.runs;
  inserted bigint := 0;
  updated bigint := 0;
  deleted bigint := 0;
  merged jsonb;
  hold jsonb;
begin
  perform core.require('run.execute');
  run := ingest.assert_lease(p_run, p_generation);
  -- The history trigger writes it on tombstones.
  perform set_config('cadastre.run_id', run.id::text, true);
  -- A rule about the rows in force may undo what was written: the run is held as if nothing had been.
  begin
    if p_first then
      perform data.swap_store_table(run.dataset_id, split_part(ingest.landing_name(run.id, p_generation, 'typed'), '.', 2)::name);
      inserted := p_accepted;
      -- No trigger has seen these rows: they were there before the table was the dataset's.
      if inserted > 0 then
        perform audit.add_change(run.org_id, run.dataset_id, run.contract_version, 'insert', run.id, inserted, null, public.gen_random_bytes(16), null);
      end if;
    elsif run.mode = 'append' then
      inserted := ingest.append_rows(run, p_columns);
    else
      select w.inserted, w.updated, w.deleted into inserted, updated, deleted from ingest.write_diff(run, p_columns) w;
    end if;
    -- Before the rules are asked, which go on from what is noted of the changes.
    perform ingest.note_load(run, inserted, updated, deleted, p_columns, not p_first and run.mode <> 'append');
    merged := ingest.check_merged(run);
    if run.released_at is null then
      hold := ingest.gate_reason(run, ingest.held_by(merged));
    end if;
    if hold is not null then
      raise exception using errcode = 'QC011';
    end if;
  exception when sqlstate 'QC011' then
    null;
  end;
  perform quality.put_results(run.dataset_id, run.id, run.id, (select jsonb_agg(quality.result_of(m)) from jsonb_array_elements(merged) m));
  if hold is not null then
    if p_first then
      execute format('drop table %s.%s', (data.dataset_names(run.dataset_id)).store_schema, split_part(ingest.landing_name(run.id, p_generation, 'typed'), '.', 2));
    end if;
    return ingest.hold_run(p_run, p_generation, hold);
  end if;
  return ingest.finish_run(run, inserted, updated, p_accepted - inserted - updated, deleted, p_first);
end
$$;
comment on function ingest.complete_merge(uuid, int, text[], bigint, boolean) is
  'Writes what begin_merge found and ends the run, in the same transaction. Error IN007: lease lost.';
grant execute on function ingest.complete_merge(uuid, int, text[], bigint, boolean) to cadastre_worker;
