-- Rows of archives beside history for as long as a transaction lasts, in a temporary table that data.sealed_versions and
-- data.broken_intervals read too: what is archived is verified like what is not.
create or replace function data.stage_archived(p_archive uuid, p_rows jsonb) returns bigint
language plpgsql security definer
set search_path = ''
as $$
declare
  a data.archives;
begin
  perform core.require('audit.export');
  perform core.require('record.view');
  select * into a from data.archives x where x.org_id = private.org_id() and x.id = p_archive;
  if a.id is null then
    return 0;
  end if;
  return data.put_archived(a.dataset_id, a.fields, p_rows, 'archived_' || replace(a.dataset_id::text, '-', ''));
end
$$;
comment on function data.stage_archived(uuid, jsonb) is 'Puts an archive''s rows beside history for the transaction, for verification. Needs audit.export and record.view.';
revoke execute on function data.stage_archived(uuid, jsonb) from public;
grant execute on function data.stage_archived(uuid, jsonb) to cadastre_worker;
