-- A file's end lets the next one of its dataset go on that had been found to be behind it.
create or replace function ingest.tg_runs__wake_next() returns trigger
language plpgsql
set search_path = ''
as $$
declare
  next uuid;
begin
  perform ingest.lock_order(new.org_id, new.dataset_name);
  select r.id into next from ingest.runs r
   where r.org_id = new.org_id and r.dataset_name = new.dataset_name and r.status in ('queued', 'running', 'waiting')
   order by r.created_at, r.id limit 1;
  update ingest.runs r set is_behind = false where r.org_id = new.org_id and r.id = next and r.is_behind;
  if found then
    perform ingest.queue_run(new.org_id, next);
  end if;
  return null;
end
$$;
comment on function ingest.tg_runs__wake_next() is 'Queues the next file of the dataset again, where it had to wait for this one.';

drop trigger if exists runs__wake_next on ingest.runs;
create trigger runs__wake_next after update of status on ingest.runs
  for each row when (old.status in ('queued', 'running', 'waiting') and new.status not in ('queued', 'running', 'waiting'))
  execute function ingest.tg_runs__wake_next();
