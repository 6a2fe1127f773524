-- Registers an uploaded file as the input of a pipeline, without loading it: the pipeline's result is what is loaded.
create or replace function ingest.register_input(pipeline text, file_name text, object_key text, size_bytes bigint, sha256 bytea)
returns ingest.files
language plpgsql security definer
set search_path = ''
as $$
declare
  found_one ingest.pipelines;
  file ingest.files;
begin
  perform core.require('pipeline.execute');
  found_one := ingest.find_pipeline(register_input.pipeline);
  if length(coalesce(register_input.file_name, '')) not between 1 and 500 or register_input.size_bytes is null
     or register_input.size_bytes < 0 or octet_length(register_input.sha256) is distinct from 32
     or length(register_input.object_key) > 1000
     or coalesce(register_input.object_key, '') not like 'org/' || found_one.org_id || '/files/%' then
    perform core.raise('IN004', 'name, key, size or digest of the file is missing or out of bounds',
      'Give a name of up to 500 characters and what the object store returned.', 'file');
  end if;
  insert into ingest.files (org_id, dataset_name, file_name, object_key, size_bytes, sha256, uploaded_by)
  select found_one.org_id, v.definition -> 'output' ->> 'dataset', register_input.file_name, register_input.object_key,
         register_input.size_bytes, register_input.sha256, private.user_id()
    from ingest.pipeline_versions v
   where v.org_id = found_one.org_id and v.pipeline_id = found_one.id and v.version = found_one.version
     and v.definition -> 'input' ->> 'kind' = 'file'
  returning * into file;
  if file.id is null then
    perform core.raise('IN068', 'this pipeline takes no file', 'It reads datasets; leave the file out.', 'file');
  end if;
  perform audit.record('file.register', 'file', file.id::text, jsonb_build_object('pipeline', found_one.name, 'file', file.file_name,
    'bytes', file.size_bytes, 'sha256', encode(file.sha256, 'hex')));
  return file;
end
$$;
comment on function ingest.register_input(text, text, text, bigint, bytea) is
  'Registers a file as a pipeline''s input without loading it. Needs pipeline.execute. Errors: IN004 file, IN063 pipeline, IN068 it takes none.';
grant execute on function ingest.register_input(text, text, text, bigint, bytea) to cadastre_user, cadastre_worker;
