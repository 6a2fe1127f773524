-- The fence of pulls: whoever writes for one calls this first, in the same transaction. Internal.
create or replace function ingest.assert_pull(p_pull uuid, p_lease int) returns ingest.source_pulls
language plpgsql
set search_path = ''
as $$
declare
  p ingest.source_pulls;
begin
  select * into p from ingest.source_pulls x where x.org_id = private.org_id() and x.id = p_pull for no key update;
  if p.id is null or p.status <> 'running' or p.lease_generation <> p_lease then
    perform core.raise('IN007', 'the pull was taken over or cancelled', 'Nothing was written; whoever holds it goes on.');
  end if;
  return p;
end
$$;
comment on function ingest.assert_pull(uuid, int) is 'Locks a pull for its lease''s holder. Error IN007. Internal.';
