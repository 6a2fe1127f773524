--! owner: cadastre_system
-- The organization of a run, for the operator's command line, which is given a run's id alone.
create or replace function ingest.org_of_run(run_id uuid) returns uuid
language plpgsql stable security definer
set search_path = ''
as $$
begin
  perform core.require('platform.view');
  return (select r.org_id from ingest.runs r where r.id = org_of_run.run_id limit 1);
end
$$;
comment on function ingest.org_of_run(uuid) is 'Organization that a run belongs to. Needs platform.view.';
revoke execute on function ingest.org_of_run(uuid) from public;
grant execute on function ingest.org_of_run(uuid) to cadastre_worker;
