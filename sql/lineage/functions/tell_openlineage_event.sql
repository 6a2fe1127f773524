-- What became of an event that was taken. One that failed is taken again when its time comes.
create or replace function lineage.tell_openlineage_event(id uuid, problem text default null, is_final boolean default false)
returns boolean
language plpgsql security definer
set search_path = ''
as $$
begin
  perform core.require('lineage.export');
  update lineage.openlineage_outbox o
     set sent_at = case when problem is null then clock_timestamp() end,
         failed_at = case when problem is not null and is_final then clock_timestamp() end, error = left(problem, 1000)
   where o.org_id = private.org_id() and o.id = tell_openlineage_event.id and o.sent_at is null;
  return found;
end
$$;
comment on function lineage.tell_openlineage_event(uuid, text, boolean) is 'Marks an event as sent, or says why not. The worker only. Needs lineage.export.';
revoke execute on function lineage.tell_openlineage_event(uuid, text, boolean) from public;
grant execute on function lineage.tell_openlineage_event(uuid, text, boolean) to cadastre_worker;
