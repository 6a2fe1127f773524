-- Why an archive could not be attached, for who asked.
create or replace function data.attach_failed(p_archive uuid, p_error jsonb) returns void
language plpgsql security definer
set search_path = ''
as $$
begin
  perform core.require('run.execute');
  update data.archives x set attach_error = p_error, attach_asked_at = null where x.org_id = private.org_id() and x.id = p_archive;
end
$$;
comment on function data.attach_failed(uuid, jsonb) is 'Notes why an archive could not be attached. For the worker.';
revoke execute on function data.attach_failed(uuid, jsonb) from public;
grant execute on function data.attach_failed(uuid, jsonb) to cadastre_worker;
