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
  raw text;
  typed text;
  picked text;
  checked jsonb;
  landed bigint;
  refuses boolean;
  max_noted constant int := 100;
begin
  perform core.require('run.execute');
  perform set_config('cadastre.landing', 'batch', true);
  run := ingest.open_batch(p_dataset, p_numbers, p_object_key, p_size, p_sha256, p_worker);
  if run.id is null then
    return;
  end if;
  -- A value by the field's name, or by the name that files spell it with. A field that an event does not have is null.
  select array_agg(f.name order by f.position),
         string_agg(case when f.name = f.source_name then format('e.body ->> %L', f.name)
                         else format('coalesce(e.body ->> %L, e.body ->> %L)', f.name, f.source_name) end, ', ' order by f.position)
    into columns, picked
    from data.fields f where f.org_id = run.org_id and f.dataset_id = run.dataset_id and f.retired_at is null;
  -- Where the dataset says so, an event with a value for another field is rejected: such values stand in a column that the
  -- contract does not have, as in a file.
  select d.columns_evolution = 'discard_row' into refuses from data.datasets d where d.org_id = run.org_id and d.id = run.dataset_id;
  if refuses then
    columns := array_append(columns, null);
    picked := picked || format($q$, (select string_agg(k.name, ', ') from jsonb_each_text(e.body) k (name, value)
      where btrim(k.value) <> '' and k.name not in ('_id', 'idempotency_key')
        and not exists (select from data.fields f where f.org_id = %L and f.dataset_id = %L and f.retired_at is null
                         and k.name in (f.name, f.source_name)))$q$, run.org_id, run.dataset_id);
  end if;
  raw := ingest.create_landing(run.id, 1, columns, 'raw');
  typed := ingest.landing_name(run.id, 1, 'typed');
  execute format('insert into %s select e.line, %s from ingest.stream_events e where e.org_id = $1 and e.run_id = $2', raw, picked)
    using run.org_id, run.id;
  landed := ingest.convert_raw(run.id, 1, columns);
  -- Few rows beside a large table: the difference is to go by the key's index, which the planner sees from this.
  execute format('analyze %s', typed);
  insert into ingest.row_issues (org_id, run_id, line, column_name, rule, severity, rejected, message, remedy)
  select run.org_id, run.id, e.line, left(k.name, 200), case when refuses then 'unknown_column' else 'unknown_field' end,
         case when refuses then 'error' else 'warning' end, refuses,
         left(format('the event has a value for %s, which is not in the dataset''s contract; %s was not loaded', k.name,
                     case when refuses then 'the event' else 'it' end), 2000),
         'Add the field to the contract, or leave it out.'
    from ingest.stream_events e cross join lateral jsonb_each_text(e.body) k (name, value)
   where e.org_id = run.org_id and e.run_id = run.id and (not refuses or btrim(k.value) <> '')
     -- The sender's key may stand in the event.
     and k.name not in ('_id', 'idempotency_key')
     and not exists (select from data.fields f where f.org_id = run.org_id and f.dataset_id = run.dataset_id
                      and f.retired_at is null and k.name in (f.name, f.source_name))
   order by e.line limit case when refuses then 10 * cardinality(p_numbers) else max_noted end
  on conflict do nothing;
  checked := ingest.check_events(run, columns, landed);
  if (checked ->> 'rejected')::bigint > 0 then
    perform ingest.keep_events(run, columns);
  end if;
  if checked ->> 'hold' is null then
    checked := ingest.begin_merge(run.id, 1, columns, 0, checked, false);
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
