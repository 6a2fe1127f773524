-- The archive is in the store, read back and found to be what was written: its versions leave history, in one transaction
-- with the manifest that says where they are. p_rows are the rows of the file, as read back: what is deleted is what is
-- there, key and version, and as many. Until this commits, history has everything. Null: a hold came between.
create or replace function data.archive_commit(p_archive uuid, p_rows jsonb, p_size bigint, p_sha256 bytea) returns data.archives
language plpgsql security definer
set search_path = '' set timezone = 'UTC' set datestyle = 'ISO, YMD'
as $$
declare
  org uuid := private.org_id();
  a data.archives;
begin
  perform core.require('run.execute');
  select * into a from data.archives x where x.org_id = org and x.id = p_archive and x.state = 'writing' for update;
  if a.id is null then
    perform core.raise('RT007', 'the archive was given up meanwhile', 'Nothing was changed; it is tried again.');
  end if;
  -- A hold that is being placed is waited for.
  perform 1 from data.datasets d where d.org_id = org and d.id = a.dataset_id for update;
  if exists (select from data.legal_holds h where h.org_id = org and h.released_at is null and (h.dataset_id is null or h.dataset_id = a.dataset_id)
                and (h.keys is null or h.placed_at > a.created_at)) then
    return null;
  end if;
  perform data.put_archived(a.dataset_id, a.fields, p_rows, 'cadastre_leaving');
  perform data.delete_versions(a.dataset_id);
  execute 'select count(*), min(valid_from), min(valid_to), max(valid_to) from pg_temp.cadastre_leaving'
    into a.row_count, a.valid_from_min, a.valid_to_min, a.valid_to_max;
  drop table pg_temp.cadastre_leaving;
  update data.archives x
     set state = 'archived', row_count = a.row_count, valid_from_min = a.valid_from_min, valid_to_min = a.valid_to_min, valid_to_max = a.valid_to_max,
         size_bytes = p_size, sha256 = p_sha256, archived_at = clock_timestamp()
   where x.org_id = org and x.id = p_archive returning * into a;
  perform audit.record('history.archive', 'dataset', a.dataset_id::text,
    jsonb_build_object('archive', a.id, 'versions', a.row_count, 'bytes', a.size_bytes, 'sha256', encode(a.sha256, 'hex'),
      'until', to_char(a.valid_to_max at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')));
  return a;
end
$$;
comment on function data.archive_commit(uuid, jsonb, bigint, bytea) is 'Takes the versions of a stored archive out of history; null where a hold stands against it. For the worker. Error RT007.';
revoke execute on function data.archive_commit(uuid, jsonb, bigint, bytea) from public;
grant execute on function data.archive_commit(uuid, jsonb, bigint, bytea) to cadastre_worker;
