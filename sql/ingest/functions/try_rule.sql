-- A rule's dry run: nothing is recorded. Over the rows in force, and over past loads as each was: a rule about rows is
-- asked of the versions that each load wrote (one scan for all loads), others of the rows in force after it. Needs no
-- saved rule, so that a definition can be tried before there is one.
create or replace function ingest.try_rule(dataset_id uuid, definition jsonb, loads int default 40) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
  n record;
  v quality.rule_versions;
  c record;
  rule jsonb;
  now_ jsonb;
  sample jsonb := '[]';
  past jsonb := '[]';
  names text;
  one record;
  asked jsonb;
  source text;
  most constant int := 200;
  shown constant int := 10;
begin
  perform core.require('quality.view');
  perform data.require_on('quality.execute', try_rule.dataset_id);
  perform quality.require_whole(try_rule.dataset_id, try_rule.definition);
  n := data.dataset_names(try_rule.dataset_id);
  v := quality.read_definition(try_rule.dataset_id, try_rule.definition);
  if v.kind = 'sql' then
    perform core.raise('QC016', 'a rule that is SQL is tried by the worker, on the organization''s unprivileged login',
      'Ask start_rule_trial and take its answer by take_rule_trial.', 'kind');
  end if;
  c := quality.compile_rule(try_rule.dataset_id, v.kind, v.fields, v.parameters);
  rule := to_jsonb(c) || to_jsonb(v) || jsonb_build_object('no', 1, 'name', coalesce(try_rule.definition ->> 'name', v.kind));
  now_ := quality.check_relation(try_rule.dataset_id, null, n.current_table, n.current_table, jsonb_build_array(rule)) -> 0;
  if (now_ ->> 'failures')::bigint > 0 and now_ ->> 'fails' is not null then
    execute format('select coalesce(jsonb_agg(to_jsonb(t.*) - ''org_id'' - ''data_hash'' - ''change_mask''), ''[]'') from (select * from %s t where %s limit %s) t',
      n.current_table, now_ ->> 'fails', shown) into sample;
  end if;
  select string_agg(format('t.%I', f.name), ', ' order by f.position) into names
    from data.fields f where f.org_id = n.org_id and f.dataset_id = try_rule.dataset_id and f.retired_at is null;
  if c.fails is not null and c.prepare is null then
    execute format($q$
      with runs as (select r.id, r.finished_at, r.read_rows from ingest.runs r
                     where r.org_id = $1 and r.dataset_id = $2 and r.status = 'succeeded' order by r.finished_at desc limit $3),
      written as (
        select t.run_id, count(*) as rows, count(*) filter (where %1$s) as failures
          from (select %2$s, t.run_id from %3$s t union all select %2$s, t.run_id from %4$s t where t.change_type <> 'delete') t
         where t.run_id in (select id from runs) group by 1)
      select coalesce(jsonb_agg(jsonb_build_object('run', r.id, 'at', r.finished_at, 'rows', coalesce(w.rows, 0), 'failures', coalesce(w.failures, 0),
               'passed', quality.is_passed(coalesce(w.failures, 0), coalesce(w.rows, 0), $4, $5)) order by r.finished_at desc), '[]')
        from runs r left join written w on w.run_id = r.id $q$, c.fails, names, n.current_table, n.history_table)
      into past using n.org_id, try_rule.dataset_id, least(greatest(try_rule.loads, 0), most), v.max_failures, v.max_share;
  else
    for one in select r.id, r.finished_at from ingest.runs r
                where r.org_id = n.org_id and r.dataset_id = try_rule.dataset_id and r.status = 'succeeded'
                order by r.finished_at desc limit least(greatest(try_rule.loads, 0), most) loop
      source := format('(select %1$s, t.source_line, t.valid_from from %2$s t where t.valid_from <= %4$L union all
                         select %1$s, t.source_line, t.valid_from from %3$s t where t.valid_from <= %4$L and t.valid_to > %4$L and t.change_type <> ''delete'')',
        names, n.current_table, n.history_table, one.finished_at);
      asked := quality.check_relation(try_rule.dataset_id, null, source, source, jsonb_build_array(rule)) -> 0;
      past := past || jsonb_build_object('run', one.id, 'at', one.finished_at, 'rows', asked -> 'rows', 'failures', asked -> 'failures',
        'measured', asked -> 'measured', 'passed', asked -> 'passed');
    end loop;
  end if;
  return jsonb_build_object('rows', now_ -> 'rows', 'failures', now_ -> 'failures', 'measured', now_ -> 'measured', 'passed', now_ -> 'passed',
    'message', c.message, 'sample', sample, 'loads', past, 'of', jsonb_array_length(past),
    'held', (select count(*) from jsonb_array_elements(past) p where not (p ->> 'passed')::boolean),
    'rejected', (select coalesce(sum((p ->> 'failures')::bigint), 0) from jsonb_array_elements(past) p where c.fails is not null));
end
$$;
comment on function ingest.try_rule(uuid, jsonb, int) is
  'Dry run of a rule: {rows, failures, measured, passed, sample, loads: [{run, at, rows, failures, measured, passed}], of, held, rejected}. held: loads that it would have held with action hold; rejected: rows with action reject. Needs quality.execute. Errors: QC002, QC003, QC016, DS001.';
grant execute on function ingest.try_rule(uuid, jsonb, int) to cadastre_user, cadastre_worker;
