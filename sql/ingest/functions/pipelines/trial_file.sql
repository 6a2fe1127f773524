-- The object of a file that whoever is asking may have as a pipeline's input. As the owner, whom the organization's
-- boundary binds. Internal.
create or replace function ingest.trial_file(p_file uuid) returns text
language plpgsql security definer
set search_path = ''
as $$
begin
  perform core.require('pipeline.execute');
  perform ingest.check_pipeline_file(p_file);
  return (select f.object_key from ingest.files f where f.org_id = private.org_id() and f.id = p_file);
end
$$;
comment on function ingest.trial_file(uuid) is 'Object key of a file that may be a pipeline''s input. Errors: IN068, 42501. Internal.';
revoke execute on function ingest.trial_file(uuid) from public;
grant execute on function ingest.trial_file(uuid) to cadastre_system;
