-- Whether a pipeline's definition can be run over a range, and the range is one of its type. Internal.
create or replace function ingest.check_range(p_definition jsonb, p_range jsonb) returns void
language plpgsql stable
set search_path = ''
as $$
declare
  type constant text := p_definition -> 'range' ->> 'type';
  edge text;
  output jsonb;
begin
  if type is null then
    perform core.raise('IN097', 'this pipeline takes no range', 'Its definition says by range which field is read by range: see docs/reference/pipelines.md.', 'range');
  elsif jsonb_typeof(p_range) is distinct from 'object' or exists (select from jsonb_each(p_range) e where e.key not in ('from', 'to') or jsonb_typeof(e.value) <> 'string') then
    perform core.raise('IN097', 'a range is {from, to}', 'Give for example {"from": "2026-01-01", "to": "2026-02-01"}.', 'range');
  end if;
  foreach edge in array array['from', 'to'] loop
    if not coalesce(pg_input_is_valid(p_range ->> edge, type), false) or length(p_range ->> edge) > 100
       or type = 'date' and p_range ->> edge !~ '^\d{4}-\d{2}-\d{2}$' then
      perform core.raise('IN097', format('the range''s %s is no %s', edge, type),
        case type when 'bigint' then 'Give a whole number.' when 'date' then 'Give for example 2026-01-01.' else 'Give for example 2026-01-01T00:00:00Z.' end, edge);
    end if;
  end loop;
  -- A model has no output of its own: it is loaded by key.
  for output in
    select p_definition -> 'output' where p_definition ->> 'kind' is distinct from 'model'
    union all
    select e -> 'output' from jsonb_array_elements(coalesce(p_definition -> 'steps', '[]')) e where e ->> 'kind' = 'split' and jsonb_typeof(e -> 'output') = 'object'
  loop
    if coalesce(output ->> 'mode', (select d.default_mode from data.datasets d where d.org_id = private.org_id() and d.name = output ->> 'dataset')) = 'snapshot' then
      perform core.raise('IN097', format('%s takes a snapshot, and a part of a range would delete all other rows', output ->> 'dataset'),
        'Say "mode": "upsert" in the pipeline''s output.', 'range');
    end if;
  end loop;
end
$$;
comment on function ingest.check_range(jsonb, jsonb) is 'Raises IN097 where a definition takes no such range. Internal.';
