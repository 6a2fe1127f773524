--! owner: cadastre_system
-- Health checks by the clock, of all organizations: an index on the next time, so this costs what is due.
create or replace function ingest.queue_due_checks() returns int
language plpgsql security definer
set search_path = ''
as $$
declare
  c record;
  queued int := 0;
  batch constant int := 200;
  -- In a variable: compared with the volatile clock_timestamp() itself, the index would be read to its end.
  moment timestamptz := clock_timestamp();
begin
  perform core.require('platform.manage');
  for c in
    select x.org_id, x.id, x.check_every from ingest.connectors x
     where x.next_check_at <= moment
     order by x.next_check_at limit batch
     for no key update skip locked
  loop
    update ingest.connectors x set next_check_at = clock_timestamp() + x.check_every where x.org_id = c.org_id and x.id = c.id;
    -- Nothing piles up where no worker takes the checks.
    if not exists (select from ingest.connector_checks k
                    where k.org_id = c.org_id and k.connector_id = c.id and k.status in ('queued', 'running')) then
      perform ingest.queue_check(c.org_id, c.id, 'test', null);
      queued := queued + 1;
    end if;
  end loop;
  return queued;
end
$$;
comment on function ingest.queue_due_checks() is 'Queues the health checks that are due; gives how many. Needs platform.manage.';
revoke execute on function ingest.queue_due_checks() from public;
grant execute on function ingest.queue_due_checks() to cadastre_worker;
