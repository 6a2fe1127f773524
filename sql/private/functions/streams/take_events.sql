-- Takes events for a dataset: durable when this commits. p_events: [{"key": text or null, "body": {...}}], in order of
-- arrival. A key that the dataset has had before is taken no second time. Numbers are drawn before the rows are written,
-- so that each event's is known, also of those without a key.
--
-- Where all of them were new, which is as good as always, nothing is asked after.
--
-- A stream that has fallen behind takes no more: its oldest waiting event is looked at, since counting would cost what
-- waits. The worker is woken only where nothing waited before: whoever works on the stream finds the rest by itself, and a
-- notification costs every commit of the installation a common lock.
create or replace function private.take_events(p_dataset text, p_events jsonb) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  d data.datasets;
  -- Asked once, not for each row.
  who record := private.identity();
  org uuid := who.org_id;
  me uuid := who.user_id;
  how_many int := jsonb_array_length(p_events);
  numbers bigint[];
  fresh bigint;
  oldest timestamptz;
  taken jsonb;
  max_events constant int := 10000;
  max_behind constant interval := '10 minutes';
begin
  select * into d from data.datasets x where x.org_id = org and x.name = p_dataset;
  -- Whether there is one is not told to whom it is not for.
  if d.id is null or not private.may(org, 'run.execute', d.id) then
    perform core.require('run.execute');
    perform core.raise('IN005', format('there is no dataset %L', left(p_dataset, 60)), 'Create it, or load its first file; a stream does not make datasets.', 'dataset');
  end if;
  if how_many is null or how_many > max_events then
    perform core.raise('IN030', format('one request takes at most %s events', max_events), 'Send several requests.', 'events');
  end if;
  -- Planned anew each time, since the table outgrows what a kept plan was made for within seconds. This alone: to force it
  -- for the whole function planned each event's foreign key anew, and every question about who is asking.
  execute 'select e.received_at from ingest.stream_events e where e.org_id = $1 and e.dataset_id = $2 and e.run_id is null order by e.number limit 1'
    into oldest using org, d.id;
  if oldest < clock_timestamp() - max_behind then
    perform core.raise('IN031', 'the stream has fallen behind', 'Wait until the waiting events are loaded; look whether a worker runs and the object store answers.');
  end if;
  numbers := array(select nextval('ingest.stream_events_number_seq') from generate_series(1, how_many));
  insert into ingest.stream_events (org_id, number, dataset_id, key, body, requested_by) overriding system value
  select org, numbers[e.place], d.id, e.item ->> 'key', e.item -> 'body', me
    from jsonb_array_elements(p_events) with ordinality e (item, place)
   order by e.place
  on conflict (org_id, dataset_id, key) do nothing;
  get diagnostics fresh = row_count;
  if fresh = how_many then
    select jsonb_agg(jsonb_build_array(n.number, false) order by n.place) into taken from unnest(numbers) with ordinality n (number, place);
  else
    -- Asked of each by itself: one step into an index, whatever the planner thinks of the table.
    select jsonb_agg(jsonb_build_array(coalesce(t.fresh, t.before), t.fresh is null) order by t.place) into taken
      from (select e.place,
                   (select n.number from ingest.stream_events n where n.org_id = org and n.number = numbers[e.place]) as fresh,
                   (select k.number from ingest.stream_events k
                     where k.org_id = org and k.dataset_id = d.id and k.key = e.item ->> 'key') as before
              from jsonb_array_elements(p_events) with ordinality e (item, place)) t;
  end if;
  if oldest is null then
    perform pg_notify('streams', '');
  end if;
  return jsonb_build_object('datasetId', d.id, 'events', coalesce(taken, '[]'));
end
$$;
comment on function private.take_events(text, jsonb) is
  'Takes events: {datasetId, events: [[number, seen before], ...]}. Needs run.execute. Errors: IN005 no dataset, IN030 too many, IN031 behind.';
revoke execute on function private.take_events(text, jsonb) from public;
grant execute on function private.take_events(text, jsonb) to cadastre_user, cadastre_worker;
