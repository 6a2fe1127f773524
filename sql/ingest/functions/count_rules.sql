-- How many rows broke which rule: [{no, field, rule, severity, max_share, holds, max_failures, rows}]. Internal.
create or replace function ingest.count_rules(p_run ingest.runs, p_rules jsonb) returns jsonb
language plpgsql stable
set search_path = ''
as $$
declare
  counted jsonb;
begin
  execute format(
    'select coalesce(jsonb_agg(jsonb_build_object(''no'', r.no, ''field'', r.field, ''rule'', r.rule, ''severity'', r.severity,
              ''max_share'', r.max_share, ''holds'', r.holds, ''max_failures'', r.max_failures, ''rows'', c.rows) order by r.no), ''[]'')
       from (select n.no, count(*) as rows from %s f cross join unnest(f.rules) n (no) group by n.no) c
       join jsonb_to_recordset($1) r (no int, field text, rule text, severity text, max_share numeric, holds boolean, max_failures bigint) on r.no = c.no',
    ingest.landing_name(p_run.id, p_run.lease_generation, 'fail')) into counted using p_rules;
  return counted;
end
$$;
comment on function ingest.count_rules(ingest.runs, jsonb) is 'Counts a run''s failures by rule. Internal.';
