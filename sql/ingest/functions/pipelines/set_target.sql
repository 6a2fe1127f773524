-- A definition with another dataset as its (main) output. Internal.
create or replace function ingest.set_target(p_definition jsonb, p_dataset text) returns jsonb
language sql immutable
set search_path = ''
as $$
  select case
    when p_dataset is null then p_definition
    when p_definition ->> 'kind' = 'model' then p_definition || jsonb_build_object('dataset', p_dataset)
    else jsonb_set(p_definition, '{output,dataset}', to_jsonb(p_dataset)) end
$$;
comment on function ingest.set_target(jsonb, text) is 'A definition with another output dataset. Internal.';
