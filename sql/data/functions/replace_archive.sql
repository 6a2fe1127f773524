-- An archive's file written anew without some rows takes the place of the old one; the old file is removed after the commit.
-- No row left: the archive goes.
create or replace function data.replace_archive(p_archive uuid, p_key text, p_rows bigint, p_size bigint, p_sha256 bytea) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  org uuid := private.org_id();
  a data.archives;
begin
  perform core.require('run.execute');
  select * into a from data.archives x where x.org_id = org and x.id = p_archive and x.state = 'archived' for update;
  if a.id is null then
    perform core.raise('RT007', 'the archive was attached meanwhile', 'Nothing was changed; it is tried again.');
  elsif p_rows = 0 then
    delete from data.archives x where x.org_id = org and x.id = p_archive;
    return;
  end if;
  insert into private.dead_objects (org_id, object_key) values (org, a.object_key) on conflict do nothing;
  update data.archives x set object_key = p_key, row_count = p_rows, size_bytes = p_size, sha256 = p_sha256 where x.org_id = org and x.id = p_archive;
end
$$;
comment on function data.replace_archive(uuid, text, bigint, bigint, bytea) is 'Puts a rewritten archive in the place of the old one. For the worker. Error RT007.';
revoke execute on function data.replace_archive(uuid, text, bigint, bigint, bytea) from public;
grant execute on function data.replace_archive(uuid, text, bigint, bigint, bytea) to cadastre_worker;
