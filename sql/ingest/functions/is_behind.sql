-- Is an earlier file of the same dataset still to be loaded? Then the run says so on its own row, which that file's end looks
-- for (ingest.tg_runs__wake_next). The lock keeps the two from passing each other by unseen. A file that waits for a
-- person (held) holds up nobody. Internal.
create or replace function ingest.is_behind(p_run ingest.runs) returns boolean
language plpgsql
set search_path = ''
as $$
declare
  behind boolean;
  turn int;
begin
  for turn in 1 .. 2 loop
    behind := exists (select from ingest.runs e
                       where e.org_id = p_run.org_id and e.dataset_name = p_run.dataset_name
                         and e.status in ('queued', 'running', 'waiting')
                         and (e.created_at, e.id) < (p_run.created_at, p_run.id));
    if not behind then
      return false;
    elsif turn = 1 then
      perform ingest.lock_order(p_run.org_id, p_run.dataset_name);
    end if;
  end loop;
  update ingest.runs r set is_behind = true where r.org_id = p_run.org_id and r.id = p_run.id;
  return true;
end
$$;
comment on function ingest.is_behind(ingest.runs) is 'True, and noted, where an earlier file of the run''s dataset is still to be loaded. Internal.';
