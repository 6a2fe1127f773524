-- The versions that go into an archive, as texts in the order of its columns.
create or replace function data.archive_rows(p_archive uuid, p_limit int) returns setof text[]
language plpgsql security definer
set search_path = '' set timezone = 'UTC' set datestyle = 'ISO, YMD'
as $$
declare
  a data.archives;
begin
  perform core.require('run.execute');
  perform core.require('record.view');
  select * into a from data.archives x where x.org_id = private.org_id() and x.id = p_archive and x.state = 'writing';
  return query execute format('select %s from (%s) t', data.archive_columns(a.dataset_id, a.fields), data.retain_source(a.dataset_id, p_limit));
end
$$;
comment on function data.archive_rows(uuid, int) is 'Versions for an archive, as texts. For the worker.';
revoke execute on function data.archive_rows(uuid, int) from public;
grant execute on function data.archive_rows(uuid, int) to cadastre_worker;
