-- The end of a pull, or a pause. p_error null: all was read; else why not, and with p_retry_at when it is tried again by
-- itself. p_more: what one pull may take was taken, the rest follows in another.
create or replace function ingest.end_pull(p_pull uuid, p_lease int, p_error jsonb default null, p_retry_at timestamptz default null,
                                           p_more boolean default false)
returns ingest.source_pulls
language plpgsql security definer
set search_path = ''
as $$
declare
  p ingest.source_pulls;
begin
  perform core.require('run.execute');
  p := ingest.assert_pull(p_pull, p_lease);
  update ingest.source_pulls x
     set status = case when p_retry_at is not null then 'waiting' when p_error is not null then 'failed' else 'succeeded' end,
         error = p_error || case when p_retry_at is not null then jsonb_build_object('retry_at', p_retry_at) else '{}' end,
         lease_until = null, finished_at = case when p_retry_at is null then clock_timestamp() end
   where x.org_id = p.org_id and x.id = p.id
  returning * into p;
  if p_retry_at is not null then
    perform ingest.queue_pull(p.org_id, p.id, p_retry_at);
  elsif p_error is null then
    update ingest.sources x set last_pulled_at = clock_timestamp() where x.org_id = p.org_id and x.id = p.source_id;
    if p_more and not (select x.paused from ingest.sources x where x.org_id = p.org_id and x.id = p.source_id) then
      perform ingest.pull_source(p.source_id::text);
    end if;
  else
    perform audit.record('source.fail', 'source', p.source_id::text, jsonb_build_object('pull', p.id, 'code', p_error ->> 'code'));
  end if;
  perform core.notify('pulls:' || p.org_id, p.id);
  return p;
end
$$;
comment on function ingest.end_pull(uuid, int, jsonb, timestamptz, boolean) is 'Ends a pull, or lets it wait until a time. Error IN007.';
grant execute on function ingest.end_pull(uuid, int, jsonb, timestamptz, boolean) to cadastre_worker;
