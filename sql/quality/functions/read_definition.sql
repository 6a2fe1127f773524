-- A rule's definition as the row of a version, checked whole; what is left out gets its default. Errors: QC002, QC003.
-- Internal.
create or replace function quality.read_definition(p_dataset uuid, d jsonb) returns quality.rule_versions
language plpgsql stable
set search_path = ''
as $$
declare
  v quality.rule_versions;
  known constant text[] := '{name,kind,field,fields,parameters,severity,scope,action,dimension,max_failures,max_share,tags,description,note,confidence,evidence}';
  wrong text;
  compiled record;
begin
  if jsonb_typeof(d) is distinct from 'object' then
    perform core.raise('QC002', 'a rule is a JSON object', 'Give name, kind, fields and parameters.');
  end if;
  select k into wrong from jsonb_object_keys(d) k where k <> all (known) limit 1;
  if wrong is not null then
    perform core.raise('QC002', format('a rule has no %s', left(wrong, 60)), 'Leave it out, or correct its name.', left(wrong, 60));
  end if;
  v.kind := d ->> 'kind';
  v.fields := case when jsonb_typeof(d -> 'fields') = 'array' then array(select jsonb_array_elements_text(d -> 'fields'))
                   when d ->> 'field' is not null then array[d ->> 'field'] else '{}' end;
  v.parameters := jsonb_strip_nulls(coalesce(d -> 'parameters', '{}'));
  if jsonb_typeof(v.parameters) <> 'object' then
    perform core.raise('QC002', 'the parameters of a rule are a JSON object', 'docs/reference/quality.md tells what each kind takes.', 'parameters');
  end if;
  compiled := quality.compile_rule(p_dataset, coalesce(v.kind, ''), v.fields, v.parameters);
  v.severity := coalesce(d ->> 'severity', 'warning');
  v.scope := coalesce(d ->> 'scope', case when v.kind = 'sql' then 'dataset' when compiled.measure is null then 'row' else 'batch' end);
  v.action := coalesce(d ->> 'action', 'record');
  v.dimension := coalesce(d ->> 'dimension', case
    when v.kind in ('required', 'null_share', 'row_count', 'row_count_change') then 'completeness'
    when v.kind = 'uniqueness' then 'uniqueness'
    when v.kind in ('freshness', 'not_in_future') then 'timeliness'
    when v.kind in ('functional_dependency', 'comparison', 'reference', 'reconciliation') then 'consistency'
    when v.kind in ('mean', 'distinct_count') then 'accuracy' else 'validity' end);
  v.max_failures := quality.rule_number(d, 'max_failures')::bigint;
  v.max_share := quality.rule_number(d, 'max_share');
  v.tags := coalesce(array(select jsonb_array_elements_text(case when jsonb_typeof(d -> 'tags') = 'array' then d -> 'tags' else '[]' end)), '{}');
  v.description := left(coalesce(d ->> 'description', ''), 4000);
  v.note := left(coalesce(d ->> 'note', ''), 1000);
  wrong := case
    when v.severity not in ('info', 'warning', 'error', 'critical') then 'severity'
    when v.scope not in ('row', 'batch', 'dataset') or compiled.measure is not null and v.scope = 'row' or v.kind = 'sql' and v.scope <> 'dataset' then 'scope'
    when v.action not in ('record', 'reject', 'hold') or v.action = 'reject' and v.scope <> 'row' or v.kind = 'sql' and v.action <> 'record' then 'action'
    when v.dimension not in ('completeness', 'validity', 'accuracy', 'consistency', 'uniqueness', 'timeliness') then 'dimension'
    when v.max_failures < 0 then 'max_failures'
    when v.max_share not between 0 and 1 then 'max_share'
    when cardinality(v.tags) > 50 then 'tags' end;
  if v.kind = 'sql' and wrong in ('action', 'scope') then
    perform core.raise('QC002', format('a rule that is SQL cannot have the %s %s', wrong, left(d ->> wrong, 60)),
      'Its query runs on the organization''s unprivileged login, which sees no row before it is committed: so it records, opens incidents and counts in the score, and holds no load. Leave it out; to hold or reject, use a kind that compiles (comparison, reference, reconciliation, functional_dependency).', wrong);
  end if;
  if wrong is not null then
    perform core.raise('QC002', format('%s is not what a rule of this kind may have as its %s', left(coalesce(d ->> wrong, 'this'), 60), wrong),
      'severity: info, warning, error, critical; scope: row, batch, dataset (statistics have no rows); action: record, hold, and for rows reject; rules of kind sql: scope dataset, action record.', wrong);
  end if;
  return v;
end
$$;
comment on function quality.read_definition(uuid, jsonb) is 'Reads and checks a rule''s definition. Errors: QC002, QC003. Internal.';
