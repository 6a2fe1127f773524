-- How old a dataset may become; null: nobody minds.
create or replace function ingest.set_freshness(dataset text, max_age interval default null) returns ingest.freshness
language plpgsql security definer
set search_path = ''
as $$
declare
  d data.datasets;
  f ingest.freshness;
begin
  perform core.require('dataset.edit');
  select * into d from data.datasets x where x.org_id = private.org_id() and x.name = set_freshness.dataset;
  if d.id is null then
    perform core.raise('DS001', 'no such dataset', 'Check its name; you see only your organization''s.', 'dataset');
  elsif set_freshness.max_age < interval '10 seconds' or set_freshness.max_age > interval '366 days' then
    perform core.raise('IN093', 'the greatest age is out of bounds', 'Give 10 seconds to 366 days, or nothing to take it away.', 'maxAge');
  end if;
  if set_freshness.max_age is null then
    delete from ingest.freshness x where x.org_id = d.org_id and x.dataset_id = d.id returning * into f;
  else
    insert into ingest.freshness (org_id, dataset_id, max_age, set_by) values (d.org_id, d.id, set_freshness.max_age, private.user_id())
    on conflict (org_id, dataset_id) do update
      set max_age = excluded.max_age, set_by = excluded.set_by, set_at = clock_timestamp(), check_at = clock_timestamp(), late_since = null
    returning * into f;
  end if;
  -- The incident of another bound is over; where it is late by this one too, the clock opens the next.
  update quality.incidents i set state = 'resolved', resolved_at = clock_timestamp(), resolved_by = private.user_id()
   where i.org_id = d.org_id and i.dataset_id = d.id and i.rule_name = 'target: freshness' and i.state <> 'resolved';
  perform audit.record('dataset.freshness', 'dataset', d.id::text, jsonb_build_object('name', d.name, 'max_age', set_freshness.max_age));
  return f;
end
$$;
comment on function ingest.set_freshness(text, interval) is
  'Sets how old a dataset may become (10 seconds to 366 days; null: no bound). Needs dataset.edit. Errors: DS001, IN093.';
grant execute on function ingest.set_freshness(text, interval) to cadastre_user, cadastre_worker;
