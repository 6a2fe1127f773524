-- The rows of an archive's file, checked by its digest before, into history, in one transaction with the manifest. The file
-- is removed an hour later: whoever reads the trail in an older snapshot still finds it.
create or replace function data.attach_rows(p_archive uuid, p_rows jsonb) returns bigint
language plpgsql security definer
set search_path = ''
as $$
declare
  org uuid := private.org_id();
  a data.archives;
  put bigint;
begin
  perform core.require('run.execute');
  select * into a from data.archives x where x.org_id = org and x.id = p_archive and x.state = 'archived' for update;
  if a.id is null then
    return 0;
  end if;
  put := data.put_archived(a.dataset_id, a.fields, p_rows, null);
  if put <> a.row_count then
    perform core.raise('RT009', format('the archive has %s versions, its manifest says %s', put, a.row_count), 'Restore the file from a backup of the object store.');
  end if;
  update data.archives x set state = 'attached', attached_at = clock_timestamp(), attach_asked_at = null where x.org_id = org and x.id = p_archive;
  update data.retention_rules r set next_run_at = least(r.next_run_at, a.attached_until) where r.org_id = org and r.dataset_id = a.dataset_id;
  insert into private.dead_objects (org_id, object_key, since) values (org, a.object_key, clock_timestamp() + interval '1 hour') on conflict do nothing;
  return put;
end
$$;
comment on function data.attach_rows(uuid, jsonb) is 'Puts an archive''s rows back into history. For the worker. Error RT009.';
revoke execute on function data.attach_rows(uuid, jsonb) from public;
grant execute on function data.attach_rows(uuid, jsonb) to cadastre_worker;
