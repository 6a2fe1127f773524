--! owner: cadastre_system
-- Streams that have events waiting. Jumps through the index of what waits, from one dataset's to the next one's, so it
-- costs what is due: not the number of organizations, nor of events.
create or replace function private.due_streams(p_limit int default 500)
returns table (org_id uuid, dataset_id uuid)
language plpgsql stable security definer
set search_path = ''
as $$
begin
  perform core.require('platform.manage');
  return query
  with recursive due as (
    (select e.org_id, e.dataset_id from ingest.stream_events e where e.run_id is null order by e.org_id, e.dataset_id limit 1)
    union all
    select n.org_id, n.dataset_id
      from due cross join lateral (
        select e.org_id, e.dataset_id from ingest.stream_events e
         where e.run_id is null and (e.org_id, e.dataset_id) > (due.org_id, due.dataset_id)
         order by e.org_id, e.dataset_id limit 1) n
  )
  select due.org_id, due.dataset_id from due limit p_limit;
end
$$;
comment on function private.due_streams(int) is 'Organization and dataset of the streams with waiting events. Needs platform.manage.';
revoke execute on function private.due_streams(int) from public;
grant execute on function private.due_streams(int) to cadastre_worker;
