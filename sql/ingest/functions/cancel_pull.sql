-- Ends a reading that is not finished. Files that it submitted already are loaded; the worker finds its lease gone.
create or replace function ingest.cancel_pull(pull_id uuid) returns ingest.source_pulls
language plpgsql security definer
set search_path = ''
as $$
declare
  p ingest.source_pulls;
begin
  perform core.require('datasource.execute');
  update ingest.source_pulls x
     set status = 'cancelled', finished_at = clock_timestamp(), lease_until = null, lease_generation = x.lease_generation + 1
   where x.org_id = private.org_id() and x.id = cancel_pull.pull_id and x.status in ('queued', 'running', 'waiting')
  returning * into p;
  if p.id is null then
    perform core.raise('IN089', 'no such pull that is not finished', 'Check its id and state.', 'pull_id');
  end if;
  perform audit.record('source.cancel', 'source', p.source_id::text, jsonb_build_object('pull', p.id));
  perform core.notify('pulls:' || p.org_id, p.id);
  return p;
end
$$;
comment on function ingest.cancel_pull(uuid) is 'Cancels a reading; what it submitted stays. Needs datasource.execute. Error IN089.';
grant execute on function ingest.cancel_pull(uuid) to cadastre_user, cadastre_worker;
