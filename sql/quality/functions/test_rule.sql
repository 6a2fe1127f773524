-- A first look at what a definition finds: asked of a sample of the rows in force, so that it answers at once however many
-- there are. A rule about the rest of the rows (uniqueness, dependencies) sees the sample alone.
create or replace function quality.test_rule(dataset_id uuid, definition jsonb, sample_rows int default 1000) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
  n record;
  v quality.rule_versions;
  c record;
  total bigint;
  source text;
  asked jsonb;
  failing jsonb := '[]';
  most constant int := 50000;
  shown constant int := 10;
  wanted int;
begin
  perform core.require('quality.view');
  perform data.require_on('quality.execute', test_rule.dataset_id);
  perform quality.require_whole(test_rule.dataset_id, test_rule.definition);
  n := data.dataset_names(test_rule.dataset_id);
  v := quality.read_definition(test_rule.dataset_id, test_rule.definition);
  if v.kind = 'sql' then
    perform core.raise('QC016', 'a rule that is SQL is not tried on a sample: it says itself what it reads', 'Try it by start_rule_trial.', 'kind');
  end if;
  c := quality.compile_rule(test_rule.dataset_id, v.kind, v.fields, v.parameters);
  wanted := least(greatest(coalesce(test_rule.sample_rows, 1000), 1), most);
  select d.row_count into total from data.datasets d where d.org_id = n.org_id and d.id = test_rule.dataset_id;
  -- Whole pages, of a large table (a small one has too few) a share of them: three times what is wanted, since they are not equally full.
  drop table if exists pg_temp.cadastre_tested;
  execute format('create temp table cadastre_tested on commit drop as select t.* from %s t %s limit %s', n.current_table,
    case when total > greatest(10 * wanted, 100000) then format('tablesample system (%s)', round(100.0 * least(1, 3.0 * wanted / total), 4)) end, wanted);
  source := 'pg_temp.cadastre_tested';
  asked := quality.check_relation(test_rule.dataset_id, null, source, source,
    jsonb_build_array(to_jsonb(c) || to_jsonb(v) || jsonb_build_object('no', 1, 'name', coalesce(test_rule.definition ->> 'name', v.kind)))) -> 0;
  if (asked ->> 'failures')::bigint > 0 and asked ->> 'fails' is not null then
    execute format('select coalesce(jsonb_agg(to_jsonb(t.*) - ''org_id'' - ''data_hash'' - ''change_mask''), ''[]'') from (select * from %s t where %s limit %s) t',
      source, asked ->> 'fails', shown) into failing;
  end if;
  return jsonb_build_object('rows', asked -> 'rows', 'failures', asked -> 'failures', 'measured', asked -> 'measured', 'passed', asked -> 'passed',
    'message', c.message, 'sample', failing);
end
$$;
comment on function quality.test_rule(uuid, jsonb, int) is
  'Asks a definition of a sample of at most 50,000 rows: {rows, failures, measured, passed, message, sample: up to 10 failing rows}. Needs quality.execute. Errors: QC002, QC003, QC016, DS001.';
grant execute on function quality.test_rule(uuid, jsonb, int) to cadastre_user, cadastre_worker;
