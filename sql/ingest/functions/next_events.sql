-- The next batch of a stream: its first waiting events, of one sender (whose name the versions carry), at most so many and
-- so long. Only looked at: ingest.load_events takes them.
create or replace function ingest.next_events(p_dataset uuid, p_limit int, p_bytes bigint)
returns table (number bigint, body text, requested_by uuid)
language plpgsql stable security definer
set search_path = ''
-- The table outgrows what a kept plan was made for within seconds.
set plan_cache_mode = force_custom_plan
as $$
declare
  org uuid := private.org_id();
  sender uuid;
  first_number bigint;
  other bigint;
begin
  perform core.require('run.execute');
  select e.number, e.requested_by into first_number, sender from ingest.stream_events e
   where e.org_id = org and e.dataset_id = p_dataset and e.run_id is null order by e.number limit 1;
  if first_number is null then
    return;
  end if;
  return query
  select w.number, w.body, sender
    from (select x.number, x.body, x.same, sum(length(x.body)) over (order by x.number) as upto,
                 bool_and(x.same) over (order by x.number) as unbroken
            from (select e.number, e.body::text as body, e.requested_by is not distinct from sender as same
                    from ingest.stream_events e
                   where e.org_id = org and e.dataset_id = p_dataset and e.run_id is null
                   order by e.number limit p_limit) x) w
   where w.unbroken and (w.upto <= p_bytes or w.number = first_number)
   order by w.number;
end
$$;
comment on function ingest.next_events(uuid, int, bigint) is 'The next waiting events of a stream, of one sender: number, body, sender.';
grant execute on function ingest.next_events(uuid, int, bigint) to cadastre_worker;
