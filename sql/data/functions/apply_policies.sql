-- Makes a dataset's row filters and masks anew from the policies that are about it. Column names and types stay, so the
-- views keep their identity.
create or replace function data.apply_policies(p_dataset uuid) returns void
language plpgsql
set search_path = ''
as $$
declare
  n record := data.dataset_names(p_dataset);
begin
  perform data.apply_filters(p_dataset, n.current_table, false);
  perform data.apply_filters(p_dataset, n.history_table, true);
  perform data.make_views(p_dataset, true);
end
$$;
comment on function data.apply_policies(uuid) is 'Generates a dataset''s row filters and masked views anew.';
