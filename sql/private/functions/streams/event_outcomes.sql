-- What became of events: accepted (they wait, or their batch is held or not through yet), loaded, or rejected with the
-- reasons. Whoever sent an event gets all of them; to others whom a filter or mask of the dataset binds, a reason is its
-- column and rule without the value.
create or replace function private.event_outcomes(p_numbers bigint[])
returns table (number bigint, status text, run_id uuid, line bigint, reasons jsonb)
language plpgsql stable security definer
set search_path = ''
-- The table outgrows what a kept plan was made for within seconds.
set plan_cache_mode = force_custom_plan
as $$
declare
  org uuid := private.org_id();
  me uuid := private.user_id();
  bound uuid[] := private.bound_datasets();
  mine uuid[];
begin
  -- Asked of each dataset once, not of each event.
  mine := array(
    select d.id from (select distinct e.dataset_id as id from ingest.stream_events e where e.org_id = org and e.number = any (p_numbers)) d
     where private.may(org, 'run.execute', d.id));
  return query
  select e.number,
         -- A run that is gone was cleared away long after it ended.
         case when r.status = 'succeeded' or (r.id is null and e.run_id is not null) then case when x.line is null then 'loaded' else 'rejected' end
              when r.status in ('failed', 'cancelled') then 'rejected' else 'accepted' end,
         e.run_id, e.line,
         coalesce(i.reasons, case when r.status in ('failed', 'cancelled') then jsonb_build_array(jsonb_build_object(
           'rule', coalesce(r.error ->> 'code', 'cancelled'), 'message', coalesce(r.error ->> 'message', 'its batch was cancelled'),
           'remedy', coalesce(r.error ->> 'hint', 'Send it again under another key.'))) end)
    from ingest.stream_events e
    left join ingest.runs r on r.org_id = org and r.id = e.run_id
    -- Issues of a run are bounded, its rejected rows are all there.
    left join ingest.rejected_rows x on x.org_id = org and x.run_id = e.run_id and x.line = e.line
    left join lateral (
      select jsonb_agg(jsonb_build_object('column', s.column_name, 'rule', s.rule,
               'message', case when e.requested_by = me or e.dataset_id <> all (bound) then s.message else '' end,
               'remedy', s.remedy) order by s.rule, s.column_name) as reasons
        from ingest.row_issues s
       where s.org_id = org and s.run_id = e.run_id and s.line = e.line and s.rejected) i on true
   where e.org_id = org and e.number = any (p_numbers) and e.dataset_id = any (mine);
end
$$;
comment on function private.event_outcomes(bigint[]) is
  'What became of events: number, status (accepted, loaded, rejected), run, line, reasons. Needs run.execute on their dataset.';
revoke execute on function private.event_outcomes(bigint[]) from public;
grant execute on function private.event_outcomes(bigint[]) to cadastre_user, cadastre_worker;
