-- Takes away a dataset's functions about the past, before its views are made anew or dropped. Internal.
create or replace function data.drop_past_functions(p_dataset uuid) returns void
language plpgsql
set search_path = ''
as $$
declare
  n record := data.dataset_names(p_dataset);
begin
  perform data.run_as_views(format(
    'drop function if exists %1$s(timestamptz);
     drop function if exists %2$s.%3$I(timestamptz, timestamptz);
     drop function if exists %2$s.%4$I(jsonb);
     drop function if exists %2$s.%5$I(date, timestamptz);
     drop function if exists %2$s.%5$I(timestamptz, timestamptz)',
    n.as_of_function, n.org_schema, n.name || '_diff', n.name || '_timeline', n.name || '_valid_on'));
end
$$;
comment on function data.drop_past_functions(uuid) is 'Drops a dataset''s functions about the past. Internal.';
revoke execute on function data.drop_past_functions(uuid) from public;
