-- What the domains above tell of, by triggers of this one: they may not know of it.
create or replace trigger runs__tell_ops after update of status on ingest.runs
  for each row when (new.status is distinct from old.status and new.status in ('failed', 'held', 'waiting', 'succeeded'))
  execute function ops.tg_runs__tell();
create or replace trigger changes__tell_ops after insert on ingest.changes referencing new table as made
  for each statement execute function ops.tg_changes__tell();
create or replace trigger contracts__tell_ops after insert on data.contracts
  for each row when (new.version > 1) execute function ops.tg_contracts__tell();
create or replace trigger incidents__tell_ops after insert on quality.incidents
  for each row execute function ops.tg_incidents__tell();
