-- A new version of a contract makes the views anew, after its row is written: so this waits for the end of the transaction.
create or replace function lineage.tg_contracts__views() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  if new.org_id = private.org_id() then
    perform lineage.refresh_views(new.dataset_id);
  end if;
  return null;
end
$$;
comment on function lineage.tg_contracts__views() is 'Trigger: column lineage of generated views, when a contract has a new version.';
drop trigger if exists contracts__views on data.contracts;
create constraint trigger contracts__views after insert on data.contracts deferrable initially deferred
  for each row execute function lineage.tg_contracts__views();
