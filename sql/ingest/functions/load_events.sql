-- Loads one batch of a stream in one transaction: what a file's load does in eight, by the same functions for types,
-- rules, gate, merge, versions, lineage and counts. What is left out is what a batch has no need of: reading bytes (they
-- are here as JSON), a lease between steps, a first load's table swap. The batch's bytes are in the object store already,
-- so a batch that the gate holds is released, replayed and shown like any file.
--
-- Returns the run: succeeded or held; no row where the dataset is busy. Errors: IN014 events taken by another worker.
drop function if exists ingest.load_events(uuid, bigint[], text, bigint, bytea, text);
create or replace function ingest.load_events(
  p_dataset uuid, p_numbers bigint[], p_object_key text, p_size bigint, p_sha256 bytea, p_worker text, p_follow boolean default false
) returns setof ingest.runs
language plpgsql security definer
set search_path = ''
as $$
declare
  run ingest.runs;
  columns text[];
  known text[];
  typed text;
  picked text;
  checked jsonb;
  refuses boolean;
begin
  perform core.require('run.execute');
  perform set_config('cadastre.landing', 'batch', true);
  run := ingest.open_batch(p_dataset, p_numbers, p_object_key, p_size, p_sha256, p_worker);
  if run.id is null then
    return;
  end if;
  -- A value by the field's name, or by the name that files spell it with. A field that an event does not have is null.
  select array_agg(f.name order by f.position), array_agg(f.name) || array_agg(f.source_name) || array['_id', 'idempotency_key'],
         string_agg(case when f.name = f.source_name then format('e.body ->> %L', f.name)
                         else format('coalesce(e.body ->> %L, e.body ->> %L)', f.name, f.source_name) end || ' as c' || f.place, ', ' order by f.position)
    into columns, known, picked
    from (select x.*, row_number() over (order by x.position) as place
            from data.fields x where x.org_id = run.org_id and x.dataset_id = run.dataset_id and x.retired_at is null) f;
  -- Where the dataset says so, an event with a value for another field is rejected: such values stand in a column that the
  -- contract does not have, as in a file.
  select d.columns_evolution = 'discard_row' into refuses from data.datasets d where d.org_id = run.org_id and d.id = run.dataset_id;
  if refuses then
    picked := picked || format($q$, (select string_agg(k.name, ', ') from jsonb_each_text(e.body - %L::text[]) k (name, value)
      where btrim(k.value) <> '') as c%s$q$, known, cardinality(columns) + 1);
    columns := array_append(columns, null);
  end if;
  checked := ingest.merge_events(run, columns, picked, known, cardinality(p_numbers));
  -- Something is to be set aside.
  if checked is null then
    typed := ingest.landing_name(run.id, 1, 'typed');
    execute format('insert into %s select e.line, %s from ingest.stream_events e where e.org_id = $1 and e.run_id = $2',
      ingest.create_landing(run.id, 1, columns, 'raw'), picked) using run.org_id, run.id;
    perform ingest.note_unknown(run, known, refuses, cardinality(p_numbers));
    checked := ingest.check_events(run, columns, ingest.convert_raw(run.id, 1, columns));
    -- Few rows beside a large table: the difference is to go by the key's index, which the planner sees from this.
    execute format('analyze %s', typed);
    if (checked ->> 'rejected')::bigint > 0 then
      perform ingest.keep_events(run, columns);
    end if;
    if checked ->> 'hold' is null then
      checked := ingest.begin_merge(run.id, 1, columns, 0, checked, false);
    end if;
  end if;
  if p_follow then
    perform ingest.note_raw(run);
  end if;
  if checked ->> 'hold' is not null then
    return next ingest.hold_run(run.id, 1, checked -> 'hold');
  else
    return next ingest.complete_merge(run.id, 1, columns, (checked ->> 'accepted')::bigint, false);
  end if;
  perform core.notify('stream:' || run.dataset_id, run.id);
end
$$;
comment on function ingest.load_events(uuid, bigint[], text, bigint, bytea, text, boolean) is
  'Loads a batch of events as one file and one run; no row: the dataset is busy. Errors: IN004, IN014.';
grant execute on function ingest.load_events(uuid, bigint[], text, bigint, bytea, text, boolean) to cadastre_worker;
