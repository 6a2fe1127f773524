-- The checks of a run, in one transaction: rules, then uniqueness of the key among the rows that pass, issues for
-- people, counts, gate. Afterwards the typed table holds exactly the rows to merge, the out table the lines that are
-- not among them. p_problem_rows: rows that the reader had already set aside. Returns
-- {read, accepted, rejected, duplicate, hold, rules: [{field, rule, severity, rows}]}; hold is null where the gate is open.
create or replace function ingest.check_rows(p_run uuid, p_generation int, p_columns text[], p_problem_rows bigint) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  run ingest.runs;
  rules jsonb;
  fail text := ingest.landing_name(p_run, p_generation, 'fail');
  typed text := ingest.landing_name(p_run, p_generation, 'typed');
  out_table text := ingest.landing_name(p_run, p_generation, 'out');
  counted jsonb := '[]';
  accepted bigint;
  rejected bigint;
  duplicate bigint;
begin
  perform core.require('run.execute');
  run := ingest.assert_lease(p_run, p_generation);
  rules := ingest.landed_rules(run.dataset_id, p_columns);
  perform ingest.find_failures(run, p_columns, rules);
  execute format('create unlogged table %s (line bigint, first_line bigint, reason text)', out_table);
  if to_regclass(fail) is not null then
    execute format('insert into %s select line, null, ''rejected'' from %s where rejected', out_table, fail);
    execute format(
      'select coalesce(jsonb_agg(jsonb_build_object(''field'', r.field, ''rule'', r.rule, ''severity'', r.severity,
                ''max_share'', r.max_share, ''message'', r.message, ''rows'', c.rows)), ''[]'')
         from (select n.no, count(*) as rows from %s f cross join unnest(f.rules) n (no) group by n.no) c
         join jsonb_to_recordset($1) r (no int, field text, rule text, severity text, max_share numeric, message text) on r.no = c.no', fail)
      into counted using rules;
  end if;
  perform ingest.record_issues(run, p_columns, rules);
  perform ingest.keep_keys(run, p_columns);
  execute format('delete from %s t using %s o where o.line = t.line', typed, out_table);
  if cardinality(run.key_fields) > 0 then
    perform ingest.find_duplicates(run, p_columns);
    perform ingest.record_key_issues(run, p_columns);
  end if;
  execute format('delete from %s t using %s o where o.line = t.line and o.reason <> ''rejected''', typed, out_table);

  execute format('select count(*) from %s', typed) into accepted;
  execute format('select count(*) filter (where reason <> ''duplicate'') + $1, count(*) filter (where reason = ''duplicate'') from %s', out_table)
    into rejected, duplicate using p_problem_rows;
  update ingest.runs r
     set read_rows = accepted + rejected + duplicate, rejected_rows = rejected, duplicate_rows = duplicate
   where r.org_id = run.org_id and r.id = run.id
  returning * into run;
  return jsonb_build_object('read', run.read_rows, 'accepted', accepted, 'rejected', rejected, 'duplicate', duplicate,
    'rules', counted, 'hold', case when run.released_at is null then ingest.gate_reason(run, counted) end);
end
$$;
comment on function ingest.check_rows(uuid, int, text[], bigint) is
  'Checks a run''s landed rows; returns counts, failures by rule and why the run must be held, if so. Error IN007.';
grant execute on function ingest.check_rows(uuid, int, text[], bigint) to cadastre_worker;
