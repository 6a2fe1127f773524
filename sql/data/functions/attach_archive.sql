-- Asks for an archive's versions back into history, where as-of, restore and every reader find them; a job brings them.
-- Retention leaves the dataset alone for so many days. Bringing back needs no more than seeing the archive and editing
-- compliance: row-level security shows of it what it shows of history.
create or replace function data.attach_archive(archive_id uuid, days int default 7) returns data.archives
language plpgsql security definer
set search_path = ''
as $$
declare
  a data.archives;
begin
  perform core.require('compliance.edit');
  if coalesce(days, 0) not between 1 and 3650 then
    perform core.raise('22023', 'the days are out of bounds', 'Give 1 to 3,650 days.', 'days');
  end if;
  update data.archives x
     set attach_asked_at = clock_timestamp(), attach_error = null, attached_by = private.user_id(),
         attached_until = clock_timestamp() + make_interval(days => attach_archive.days)
   where x.org_id = private.org_id() and x.id = attach_archive.archive_id and x.state in ('archived', 'attached')
  returning * into a;
  if a.id is null then
    perform core.raise('RT008', 'there is no such archive', 'List them: cadastre archive list.', 'archive_id');
  end if;
  if a.state = 'archived' then
    perform core.enqueue('data__attach', json_build_object('orgId', a.org_id, 'archiveId', a.id), null, 'attach:' || a.id);
    perform audit.record('history.attach', 'dataset', a.dataset_id::text, jsonb_build_object('archive', a.id, 'versions', a.row_count, 'days', days));
  end if;
  return a;
end
$$;
comment on function data.attach_archive(uuid, int) is
  'Brings an archive''s versions back into history and keeps them there for so many days. Needs compliance.edit. Errors: 22023, RT008.';
grant execute on function data.attach_archive(uuid, int) to cadastre_user, cadastre_worker;
