-- A dataset that is deleted ends its lineage: what was so stays so for every moment before.
create or replace function lineage.tg_datasets__end() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  update lineage.columns c set valid_to = greatest(clock_timestamp(), c.valid_from)
   where c.org_id = old.org_id and c.valid_to is null and old.id in (c.from_dataset, c.to_dataset);
  return old;
end
$$;
comment on function lineage.tg_datasets__end() is 'Trigger: ends the column lineage of a dataset that is deleted.';
create or replace trigger datasets__end_lineage before delete on data.datasets
  for each row execute function lineage.tg_datasets__end();
