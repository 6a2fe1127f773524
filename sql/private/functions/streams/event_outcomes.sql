-- What became of events: accepted (they wait, or their batch is held or not through yet), loaded, or rejected with the
-- reasons. Whoever sent an event gets all of them; to others whom a filter or mask of the dataset binds, a reason is its
-- column and rule without the value.
create or replace function private.event_outcomes(p_numbers bigint[])
returns table (number bigint, status text, run_id uuid, line bigint, reasons jsonb)
language plpgsql stable security definer
set search_path = ''
as $$
declare
  org uuid := private.org_id();
  me uuid := private.user_id();
  bound uuid[];
begin
  bound := private.bound_datasets();
  return query
  select e.number,
         case when r.status = 'succeeded' then case when i.reasons is null then 'loaded' else 'rejected' end
              when r.status in ('failed', 'cancelled') then 'rejected' else 'accepted' end,
         e.run_id, e.line,
         coalesce(i.reasons, case when r.status in ('failed', 'cancelled') then jsonb_build_array(jsonb_build_object(
           'rule', coalesce(r.error ->> 'code', 'cancelled'), 'message', coalesce(r.error ->> 'message', 'its batch was cancelled'),
           'remedy', coalesce(r.error ->> 'hint', 'Send it again under another key.'))) end)
    from unnest(p_numbers) p (number)
    join ingest.stream_events e on e.org_id = org and e.number = p.number
    left join ingest.runs r on r.org_id = org and r.id = e.run_id
    left join lateral (
      select jsonb_agg(jsonb_build_object('column', x.column_name, 'rule', x.rule,
               'message', case when e.requested_by = me or e.dataset_id <> all (bound) then x.message else '' end,
               'remedy', x.remedy) order by x.rule, x.column_name) as reasons
        from ingest.row_issues x
       where x.org_id = org and x.run_id = e.run_id and x.line = e.line and x.rejected) i on true
   where private.may(org, 'run.execute', e.dataset_id);
end
$$;
comment on function private.event_outcomes(bigint[]) is
  'What became of events: number, status (accepted, loaded, rejected), run, line, reasons. Needs run.execute on their dataset.';
revoke execute on function private.event_outcomes(bigint[]) from public;
grant execute on function private.event_outcomes(bigint[]) to cadastre_user, cadastre_worker;
