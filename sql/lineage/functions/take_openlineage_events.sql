-- Events that are due, oldest first, with where they go, for the worker. Each try is counted before it is made, so that a
-- worker that dies over one does not try it for ever; after 12 tries it is given up.
create or replace function lineage.take_openlineage_events(most int default 100)
returns table (id uuid, event jsonb, url text, sealed text, tries int)
language plpgsql security definer
set search_path = ''
as $$
declare
  max_tries constant int := 12;
  endpoint record;
begin
  perform core.require('lineage.export');
  if private.user_id() is not null then
    perform core.raise('42501', 'events are sent by the worker alone', 'See lineage.openlineage_outbox for what became of them.');
  end if;
  select e.url, s.sealed into endpoint
    from lineage.openlineage_endpoints e
    left join private.openlineage_secrets s on s.org_id = e.org_id
   where e.org_id = private.org_id() and e.is_enabled;
  if endpoint.url is null then
    return;
  end if;
  update lineage.openlineage_outbox o set failed_at = clock_timestamp()
   where o.org_id = private.org_id() and o.sent_at is null and o.failed_at is null and o.tries >= max_tries;
  return query
    with due as (
      select o.id from lineage.openlineage_outbox o
       where o.org_id = private.org_id() and o.sent_at is null and o.failed_at is null and o.next_try_at <= clock_timestamp()
       order by o.id limit least(most, 1000) for update skip locked
    ), taken as (
      update lineage.openlineage_outbox o
         set tries = o.tries + 1, next_try_at = clock_timestamp() + least(interval '15 seconds' * 2 ^ o.tries, interval '6 hours'),
             event = coalesce(o.event, lineage.openlineage_event(o.run_id, o.event_type, o.occurred_at))
        from due where o.org_id = private.org_id() and o.id = due.id
      returning o.id, o.event, o.tries
    )
    select t.id, t.event, endpoint.url, endpoint.sealed, t.tries from taken t order by t.id;
end
$$;
comment on function lineage.take_openlineage_events(int) is 'OpenLineage events that are due, with address and sealed token. The worker only. Needs lineage.export.';
revoke execute on function lineage.take_openlineage_events(int) from public;
grant execute on function lineage.take_openlineage_events(int) to cadastre_worker;
