-- The rewritten file takes the place of the one with the lines, in one step; the old object is removed after the commit,
-- by whoever sweeps (private.dead_objects), also where this process dies. The digest stays that of what was uploaded.
-- p_key null: the file is gone, or cannot be read at all; p_note says so.
create or replace function ingest.replace_erased_file(p_erasure uuid, p_file uuid, p_key text, p_size bigint, p_rewritten text, p_note text)
returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  org uuid := private.org_id();
  f ingest.files;
  most constant int := 500;
begin
  perform core.require('run.execute');
  select * into f from ingest.files x where x.org_id = org and x.id = p_file for update;
  if p_key is not null and f.object_key <> p_key then
    if p_key not like 'org/' || org || '/files/%' then
      perform core.raise('IN004', 'the object key is not one of your organization''s', 'Keys are made by the server.', 'file');
    end if;
    insert into private.dead_objects (org_id, object_key) values (org, f.object_key) on conflict do nothing;
    update ingest.files x
       set object_key = p_key, size_bytes = p_size, erased_at = clock_timestamp(), rewritten_as = case when x.rewritten_as = 'ndjson' then 'ndjson' else p_rewritten end,
           erased_lines = x.erased_lines + coalesce((select sum(upper(l) - lower(l)) from private.erasure_files g cross join unnest(g.lines) l
                                                      where g.org_id = org and g.erasure_id = p_erasure and g.file_id = p_file), 0)
     -- A duplicate may share what is left of the first one.
     where x.org_id = org and x.object_key = f.object_key;
  end if;
  insert into private.erasure_files as g (org_id, erasure_id, file_id, lines, is_done) values (org, p_erasure, p_file, '{}', true)
  on conflict (org_id, erasure_id, file_id) do update set is_done = true;
  if p_note is not null then
    update data.erasures x set notes = x.notes || jsonb_build_array(jsonb_build_object('file', p_file, 'note', p_note))
     where x.org_id = org and x.id = p_erasure and jsonb_array_length(x.notes) < most;
  end if;
end
$$;
comment on function ingest.replace_erased_file(uuid, uuid, text, bigint, text, text) is 'Puts a rewritten file in the place of the one that had the lines. For the worker.';
revoke execute on function ingest.replace_erased_file(uuid, uuid, text, bigint, text, text) from public;
grant execute on function ingest.replace_erased_file(uuid, uuid, text, bigint, text, text) to cadastre_worker;
