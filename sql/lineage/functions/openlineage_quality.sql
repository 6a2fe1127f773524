-- What the contract's rules said of a run's file: an assertion a rule, and counts per column that the file was checked on.
-- Internal.
create or replace function lineage.openlineage_quality(p_run ingest.runs) returns jsonb
language sql stable
set search_path = ''
as $$
  with rules as (
    select f.name as field, r.rule, r.expected
      from data.fields f
      cross join lateral (values
        ('type', f.type),
        ('required', case when f.required then 'not null' end),
        ('range', nullif(concat_ws(' to ', f.minimum, f.maximum), '')),
        ('pattern', f.pattern),
        ('allowed_values', case when f.allowed_values is not null then array_to_string(f.allowed_values[1:20], ', ') end),
        ('not_in_future', case when f.not_in_future then 'not in future' end),
        ('reference', f.references_field)) r (rule, expected)
     where f.org_id = p_run.org_id and f.dataset_id = p_run.dataset_id and f.retired_at is null and r.expected is not null
  ), broken as (
    select i.column_name, i.rule, min(i.severity) as severity, count(*) as failing
      from ingest.row_issues i where i.org_id = p_run.org_id and i.run_id = p_run.id group by 1, 2
  ), told as (
    select coalesce(r.field, b.column_name) as field, coalesce(r.rule, b.rule) as rule, r.expected, coalesce(b.failing, 0) as failing,
           coalesce(b.severity, s.severity, 'error') as severity
      from rules r
      full join broken b on b.column_name = r.field and b.rule = r.rule
      left join quality.rule_settings s on s.org_id = p_run.org_id and s.dataset_id = p_run.dataset_id and s.field_name = r.field and s.rule = r.rule
     limit 5000
  )
  select jsonb_build_object(
    'dataQualityAssertions', lineage.openlineage_facet('DataQualityAssertionsDatasetFacet', '1-1-0', jsonb_build_object('assertions',
      coalesce((select jsonb_agg(jsonb_strip_nulls(jsonb_build_object('assertion', case t.rule when 'required' then 'not_null' else t.rule end,
          'success', t.failing = 0, 'column', nullif(t.field, ''), 'severity', t.severity, 'expected', t.expected,
          'actual', t.failing || ' rows fail')) order by t.field, t.rule) from told t), '[]'))),
    'dataQualityMetrics', lineage.openlineage_facet('DataQualityMetricsInputDatasetFacet', '1-0-3', jsonb_build_object(
      'rowCount', p_run.read_rows, 'bytes', coalesce(p_run.bytes_total, 0), 'fileCount', 1,
      'columnMetrics', coalesce((select jsonb_object_agg(f.name, jsonb_build_object('count', p_run.read_rows))
        from data.fields f where f.org_id = p_run.org_id and f.dataset_id = p_run.dataset_id and f.retired_at is null), '{}'))))
$$;
comment on function lineage.openlineage_quality(ingest.runs) is 'Facets of a run''s file: dataQualityAssertions, dataQualityMetrics. Internal.';
