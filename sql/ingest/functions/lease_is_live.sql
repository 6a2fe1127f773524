--! owner: cadastre_system
-- Is a generation of a run the one that is being loaded? For the sweeper, which sees no organization's runs itself.
create or replace function ingest.lease_is_live(p_run uuid, p_generation int) returns boolean
language sql stable security definer
set search_path = ''
as $$
  select exists (select from ingest.runs r
                  where r.id = p_run and r.lease_generation = p_generation and r.status = 'running')
$$;
comment on function ingest.lease_is_live(uuid, int) is 'True while a run''s generation is being loaded. Internal.';
revoke execute on function ingest.lease_is_live(uuid, int) from public;
grant execute on function ingest.lease_is_live(uuid, int) to cadastre_owner, cadastre_worker;
