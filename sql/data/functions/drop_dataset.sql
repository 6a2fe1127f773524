-- Deletes a dataset with its rows, history and runs. The audit trail keeps that it was there.
create or replace function data.drop_dataset(dataset_id uuid) returns boolean
language plpgsql security definer
set search_path = ''
as $$
declare
  n record;
begin
  perform data.require_on('dataset.delete', drop_dataset.dataset_id);
  n := data.dataset_names(drop_dataset.dataset_id);
  if exists (select from data.fields f where f.org_id = n.org_id and f.references_dataset = drop_dataset.dataset_id
              and f.dataset_id <> drop_dataset.dataset_id and f.retired_at is null) then
    perform core.raise('DS012', 'another dataset refers to this one', 'Change or delete the other one first.');
  end if;
  begin
    perform data.drop_past_functions(drop_dataset.dataset_id);
    perform data.run_as_views(format('drop view %s, %s', n.history_view, n.current_view));
  exception when dependent_objects_still_exist then
    perform core.raise('DS012', 'the view of a model reads this dataset', 'Drop or change that pipeline first.');
  end;
  execute format('drop table %s, %s', n.current_table, n.history_table);
  execute format('drop function %1$s.%2$I(), %1$s.%3$I(), %1$s.%4$I(), %1$s.%5$I()', n.store_schema,
    n.name || '__insert', n.name || '__update', n.name || '__delete', n.name || '__history');
  delete from data.datasets d where d.org_id = n.org_id and d.id = drop_dataset.dataset_id;
  perform audit.record('dataset.delete', 'dataset', drop_dataset.dataset_id::text, jsonb_build_object('name', n.name));
  perform core.notify('ddl:' || n.org_id, drop_dataset.dataset_id);
  return true;
end
$$;
comment on function data.drop_dataset(uuid) is 'Deletes a dataset with rows, history and runs. Needs dataset.delete. Errors: DS001, DS012.';
grant execute on function data.drop_dataset(uuid) to cadastre_user, cadastre_worker;
