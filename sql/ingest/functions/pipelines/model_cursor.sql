-- How far a dataset reaches: the greatest value of a column of its rows, as text; null when it has none. As the service,
-- so that no filter or mask of whoever runs the model moves it.
create or replace function ingest.model_cursor(p_dataset text, p_column text) returns text
language plpgsql stable security definer
set search_path = ''
as $$
declare
  d data.datasets;
  n record;
  reached text;
begin
  perform core.require('pipeline.execute');
  select * into d from data.datasets x where x.org_id = private.org_id() and x.name = p_dataset;
  if d.id is null then
    return null;
  end if;
  if not exists (select from data.fields f where f.org_id = d.org_id and f.dataset_id = d.id and f.name = p_column and f.retired_at is null) then
    perform core.raise('IN065', format('the dataset %s has no column %L for the cursor', d.name, left(p_column, 60)),
      'Name a column of the model''s result.', 'cursor');
  end if;
  n := data.dataset_names(d.id);
  execute format('select max(%I)::text from %s', p_column, n.current_table) into reached;
  return reached;
end
$$;
comment on function ingest.model_cursor(text, text) is 'Greatest value of a dataset''s column as text; null without rows. Error IN065: no such column.';
grant execute on function ingest.model_cursor(text, text) to cadastre_worker;
