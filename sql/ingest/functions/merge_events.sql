-- The usual batch of a stream: every event is of its types and breaks no rule. Then nothing has to be landed: one look at the
-- events says so, and the difference is made from the events themselves. Landing tables, six of them with their side tables,
-- took half of a batch's time, whatever its size, and made every session of the server look through its plans.
--
-- Does what check_events and begin_merge do, and returns what they do, or null where the long way must be gone: an event
-- that is rejected or loses a value, a rule that must know the other rows, a statistic of the batch. Events with the same
-- key: the last counts. Internal.
--
-- p_raw: the events' values as text, as columns c1, c2, ...; p_known: what an event may hold besides.
create or replace function ingest.merge_events(p_run ingest.runs, p_columns text[], p_raw text, p_known text[], p_events int) returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  rules jsonb := ingest.landed_rules(p_run.dataset_id, p_columns);
  events text;
  source text;
  casts text;
  valid text;
  keys text;
  good bigint;
  different bigint;
  strange boolean;
  told jsonb;
begin
  if array_position(p_columns, null) is not null
     or exists (select from jsonb_array_elements(rules) r where r ->> 'prepare' is not null)
     or exists (select from quality.active_rules(p_run.dataset_id) a where a.measure is not null and a.scope = 'batch') then
    return null;
  end if;
  select string_agg(format('%s as %I', f.typed, f.name), ', ' order by f.place),
         coalesce(string_agg(f.valid, ' and ' order by f.place) filter (where f.valid <> 'true'), 'true'),
         string_agg(format('t.%I', f.name), ', ' order by f.place) filter (where f.is_key)
    into casts, valid, keys
    from ingest.landed_fields(p_run.dataset_id, p_columns) f;
  -- Fenced: each value is taken out of its event once, and cast only after it was asked whether it can be.
  events := format('select e.line, %s, e.body - %L::text[] <> ''{}'' as strange from ingest.stream_events e where e.org_id = %L and e.run_id = %L offset 0',
    p_raw, p_known, p_run.org_id, p_run.id);
  source := format('(select r.line as line$, r.strange as strange$, %s from (%s) r where %s offset 0)', casts, events, valid);
  execute format('select count(*), %s, coalesce(bool_or(t.strange$), false) from %s t where (%s) is not true',
      case when keys is null then 'count(*)' else format('count(distinct (%s))', keys) end, source,
      coalesce((select string_agg(format('(%s)', r ->> 'fails'), ' or ' order by r -> 'no') from jsonb_array_elements(rules) r), 'false'))
    into good, different, strange;
  if good <> p_events then
    return null;
  end if;
  if strange then
    perform ingest.note_unknown(p_run, p_known, false, p_events);
  end if;
  if different < good then
    execute format('create %s table %s as select r.line, r.last_line as first_line, ''duplicate'' as reason
        from (select t.line$ as line, max(t.line$) over (partition by %s) as last_line from %s t) r where r.line <> r.last_line',
      ingest.landing_kind(), ingest.landing_name(p_run.id, p_run.lease_generation, 'out'), keys, source);
    source := format('(select distinct on (%s) t.* from %s t order by %1$s, t.line$ desc)', keys, source);
  end if;
  told := ingest.count_checked(p_run, different, 0, '[]');
  -- Batches are many and small: those of datasets whose rules only reject, and are the contract's, leave no results.
  if exists (select from jsonb_array_elements(rules) r where r ? 'rule_id' or not (r ->> 'rejects')::boolean) then
    select * into p_run from ingest.runs r where r.org_id = p_run.org_id and r.id = p_run.id;
    perform ingest.record_results(p_run, rules, '[]');
  end if;
  if told ->> 'hold' is not null then
    return told;
  end if;
  -- Writers wait, readers go on. What the difference sees is what will be written to. The dataset's row is held since the
  -- batch was opened, so its contract is as it was.
  execute format('lock table %s in share row exclusive mode', (data.dataset_names(p_run.dataset_id)).current_table);
  if p_run.mode = 'append' then
    execute format('create %s table %s as select * from %s t', ingest.landing_kind(), ingest.landing_name(p_run.id, p_run.lease_generation, 'typed'), source);
  else
    perform ingest.make_diff(p_run, p_columns, different, source);
  end if;
  return told;
end
$$;
comment on function ingest.merge_events(ingest.runs, text[], text, text[], int) is
  'Checks a batch of which nothing is set aside and finds what to write; null: the batch is landed. Error 40001: try again. Internal.';
