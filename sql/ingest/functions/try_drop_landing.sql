-- Drops a landing table unless somebody is at it: a worker that is frozen in the middle of writing one holds it for as long
-- as it stands still, and nobody must wait for that. The sweeper comes back. Internal.
create or replace function ingest.try_drop_landing(p_table name) returns boolean
language plpgsql
set search_path = ''
as $$
begin
  execute format('lock table landing.%I in access exclusive mode nowait', p_table);
  execute format('drop table landing.%I', p_table);
  return true;
exception when lock_not_available or undefined_table then
  return false;
end
$$;
comment on function ingest.try_drop_landing(name) is 'Drops a landing table; false where somebody holds it, or it is gone. Internal.';
