-- Says no before the body of an upload is received, for all that would refuse it afterwards.
create or replace function ingest.check_upload(dataset_name text, mode text default null, key_fields text[] default null)
returns void
language plpgsql stable security definer
set search_path = ''
as $$
begin
  perform core.require('run.execute');
  perform ingest.resolve_target(dataset_name, mode, key_fields);
end
$$;
comment on function ingest.check_upload(text, text, text[]) is
  'Raises what submit_file would refuse: IN001 name, IN002 mode, IN003 key, 42501 permission.';
grant execute on function ingest.check_upload(text, text, text[]) to cadastre_user, cadastre_worker;
