-- A run that ends otherwise than by its proposal's acceptance takes the proposal with it: refused, whoever ended it.
create or replace function ingest.tg_runs__close_proposal() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  update ingest.contract_proposals p
     set status = 'refused', decided_by = private.user_id(), decided_at = clock_timestamp()
   where p.org_id = new.org_id and p.run_id = new.id and p.status = 'open';
  return null;
end
$$;
comment on function ingest.tg_runs__close_proposal() is 'Refuses the open proposal of a run that ends.';

drop trigger if exists runs__close_proposal on ingest.runs;
create trigger runs__close_proposal after update of status on ingest.runs
  for each row when (new.status in ('cancelled', 'failed', 'succeeded') and old.status <> new.status) execute function ingest.tg_runs__close_proposal();
