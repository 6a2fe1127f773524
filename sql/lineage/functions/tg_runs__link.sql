-- Lineage of a load, written in the merge's own transaction: file to run, run to dataset. A trigger, because lineage
-- may know of runs and runs may not know of lineage.
create or replace function lineage.tg_runs__link() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  insert into lineage.edges (org_id, from_kind, from_id, to_kind, to_id, run_id)
  values (new.org_id, 'run', new.id, 'dataset', new.dataset_id, new.id);
  -- An undo reads no file.
  if new.undo_of is null then
    insert into lineage.edges (org_id, from_kind, from_id, to_kind, to_id, run_id)
    values (new.org_id, 'file', new.file_id, 'run', new.id, new.id);
  end if;
  return null;
end
$$;
comment on function lineage.tg_runs__link() is 'Trigger: links file, run and dataset when a run succeeds.';

create or replace trigger runs__link after update of status on ingest.runs
  for each row when (new.status = 'succeeded' and old.status <> 'succeeded') execute function lineage.tg_runs__link();
