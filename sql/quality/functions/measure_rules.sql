-- Statistic rules over a source in one scan: [{no, rows, measured, passed}] for rules [{no, measure, low, high}]. A
-- statistic of nothing (no rows, no values) is no failure of its own. Internal.
create or replace function quality.measure_rules(p_source text, p_rules jsonb) returns jsonb
language plpgsql stable
set search_path = ''
set parallel_tuple_cost = 0
set parallel_setup_cost = 0
as $$
declare
  parts text;
  measured jsonb;
begin
  select string_agg(format('jsonb_build_object(''no'', %s, ''rows'', count(*), ''measured'', round((%s)::numeric, 6))', r ->> 'no', r ->> 'measure'), ', ')
    into parts from jsonb_array_elements(p_rules) r where r ->> 'measure' is not null;
  if parts is null then
    return '[]';
  end if;
  execute format('select to_jsonb(array[%s]::jsonb[]) from %s t', parts, p_source) into measured;
  return quality.judge_measures(measured, p_rules);
end
$$;
comment on function quality.measure_rules(text, jsonb) is 'Statistic rules over a source, in one scan. Internal.';
