-- The shape of a definition: size, kinds of steps, names. What it means (columns, expressions, SQL) is found where it is
-- compiled, by a dry run at the latest. Internal.
create or replace function ingest.check_pipeline(definition jsonb) returns void
language plpgsql immutable
set search_path = ''
as $$
declare
  max_length constant int := 100000;
  max_steps constant int := 50;
  kinds constant text[] := array['rename', 'cast', 'derive', 'filter', 'deduplicate', 'split', 'join', 'mask', 'sql', 'select'];
  hint constant text := 'See docs/reference/pipelines.md, or begin from a template.';
  step jsonb;
  place int := 0;
  target jsonb;
begin
  if jsonb_typeof(definition) is distinct from 'object' or length(definition::text) > max_length then
    perform core.raise('IN060', format('a pipeline''s definition is a JSON object of at most %s characters', max_length), hint, 'definition');
  end if;
  if definition ->> 'kind' = 'model' then
    target := jsonb_build_object('dataset', definition ->> 'dataset', 'key_fields', definition -> 'key_fields');
    if coalesce(length(definition ->> 'sql'), 0) = 0 then
      perform core.raise('IN060', 'a model has no sql', hint, 'sql');
    elsif coalesce(definition ->> 'materialized', '') not in ('view', 'table', 'incremental') then
      perform core.raise('IN060', 'materialized is view, table or incremental', hint, 'materialized');
    elsif definition ->> 'materialized' <> 'view' and coalesce(jsonb_array_length(nullif(definition -> 'key_fields', 'null')), 0) = 0 then
      perform core.raise('IN060', 'a model that is kept as rows needs key fields', hint, 'key_fields');
    elsif definition ->> 'materialized' = 'incremental' and coalesce(definition ->> 'cursor', '') = '' then
      perform core.raise('IN060', 'an incremental model needs a cursor: the column that grows', hint, 'cursor');
    end if;
  else
    target := definition -> 'output';
    if coalesce(definition -> 'input' ->> 'kind', '') not in ('file', 'dataset') then
      perform core.raise('IN060', 'the input''s kind is file or dataset', hint, 'input.kind');
    elsif definition -> 'input' ->> 'kind' = 'dataset' and coalesce(definition -> 'input' ->> 'name', '') !~ '^[a-z][a-z0-9_]{0,49}$' then
      perform core.raise('IN060', 'the input names no dataset', hint, 'input.name');
    elsif jsonb_typeof(coalesce(definition -> 'steps', '[]')) <> 'array' then
      perform core.raise('IN060', 'steps are an array', hint, 'steps');
    elsif jsonb_array_length(coalesce(definition -> 'steps', '[]')) > max_steps then
      perform core.raise('IN060', format('a pipeline has at most %s steps', max_steps), 'Make two pipelines of it.', 'steps');
    end if;
    for step in select e from jsonb_array_elements(coalesce(definition -> 'steps', '[]')) e loop
      place := place + 1;
      if coalesce(step ->> 'kind', '') <> all (kinds) then
        perform core.raise('IN060', format('step %s is of no known kind', place), format('Kinds are %s.', array_to_string(kinds, ', ')),
          format('steps.%s.kind', place - 1));
      end if;
    end loop;
  end if;
  if definition -> 'range' is not null and definition -> 'range' <> 'null' then
    if coalesce(definition -> 'range' ->> 'type', '') not in ('date', 'timestamptz', 'bigint') then
      perform core.raise('IN060', 'a range''s type is date, timestamptz or bigint', hint, 'range.type');
    elsif definition -> 'input' ->> 'kind' = 'file' or definition ->> 'materialized' = 'view' then
      perform core.raise('IN060', 'a range is one of datasets: a file is read whole, a view has no rows of its own', hint, 'range');
    elsif definition ->> 'materialized' = 'table' or target ->> 'mode' = 'snapshot' then
      perform core.raise('IN060', 'a part of a range cannot be a snapshot: it would delete all other rows', 'Load it by key: upsert, or an incremental model.', 'range');
    end if;
  end if;
  if coalesce(target ->> 'dataset', '') !~ '^[a-z][a-z0-9_]{0,49}$' then
    perform core.raise('IN060', 'the output names no dataset', 'Use up to 50 lower-case letters, digits and underscores, beginning with a letter.', 'output.dataset');
  elsif jsonb_typeof(coalesce(target -> 'key_fields', '[]')) not in ('array', 'null') then
    perform core.raise('IN060', 'key fields are an array of names', hint, 'output.key_fields');
  elsif coalesce(target ->> 'mode', 'upsert') not in ('upsert', 'snapshot', 'append') then
    perform core.raise('IN060', 'the mode is upsert, snapshot or append', hint, 'output.mode');
  end if;
end
$$;
comment on function ingest.check_pipeline(jsonb) is 'Raises IN060 where a pipeline''s definition has not the shape of one. Internal.';
revoke execute on function ingest.check_pipeline(jsonb) from public;
grant execute on function ingest.check_pipeline(jsonb) to cadastre_system;
