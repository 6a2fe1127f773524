-- How streams do right now: what waits, and since when. Jumps through the index of what waits
-- from dataset to dataset; a count stops where it says enough.
create or replace function ingest.stream_states()
returns table (dataset_id uuid, dataset text, waiting int, waiting_since timestamptz)
language plpgsql stable security definer
set search_path = ''
as $$
declare
  org uuid := private.org_id();
  enough constant int := 10000;
begin
  perform core.require('run.view');
  return query
  with recursive due as (
    (select e.dataset_id as id from ingest.stream_events e
      where e.org_id = org and e.run_id is null order by e.dataset_id limit 1)
    union all
    select n.id from due cross join lateral (
      select e.dataset_id as id from ingest.stream_events e
       where e.org_id = org and e.run_id is null and e.dataset_id > due.id order by e.dataset_id limit 1) n
  )
  select d.id, d.name,
         (select count(*)::int from (select from ingest.stream_events e
           where e.org_id = org and e.dataset_id = d.id and e.run_id is null limit enough) w),
         (select e.received_at from ingest.stream_events e
           where e.org_id = org and e.dataset_id = d.id and e.run_id is null order by e.number limit 1)
    from due join data.datasets d on d.org_id = org and d.id = due.id
   where private.may(org, 'run.view', d.id)
   order by d.name;
end
$$;
comment on function ingest.stream_states() is
  'Streams with waiting events: dataset, how many wait (at most 10000 are counted) and since when. Needs run.view.';
grant execute on function ingest.stream_states() to cadastre_user, cadastre_worker;
