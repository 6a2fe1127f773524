-- Whoever runs a pipeline may load what it makes: asked before, since the load itself is the worker's. Internal.
create or replace function ingest.check_pipeline_targets(p_definition jsonb) returns void
language plpgsql
set search_path = ''
as $$
declare
  target jsonb;
begin
  if p_definition ->> 'kind' = 'model' then
    if p_definition ->> 'materialized' = 'view' then
      perform core.require('dataset.create');
    else
      perform ingest.check_upload(p_definition ->> 'dataset',
        case p_definition ->> 'materialized' when 'table' then 'snapshot' else 'upsert' end,
        array(select jsonb_array_elements_text(p_definition -> 'key_fields')));
    end if;
    return;
  end if;
  for target in
    select p_definition -> 'output'
    union all
    select e -> 'output' from jsonb_array_elements(coalesce(p_definition -> 'steps', '[]')) e
     where e ->> 'kind' = 'split' and jsonb_typeof(e -> 'output') = 'object'
  loop
    perform ingest.check_upload(target ->> 'dataset', target ->> 'mode',
      case when jsonb_typeof(target -> 'key_fields') = 'array' then array(select jsonb_array_elements_text(target -> 'key_fields')) end);
  end loop;
end
$$;
comment on function ingest.check_pipeline_targets(jsonb) is
  'Raises what the loads of a pipeline''s results would be refused for: IN001 name, IN002 mode, IN003 key, 42501. Internal.';
