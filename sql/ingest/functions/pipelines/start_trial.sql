--! owner: cadastre_system
-- Asks for a dry run of a pipeline, or of a definition that is not saved: the same steps over the first rows of the input,
-- in temporary tables, and nothing is stored or loaded. The answer holds rows, so it waits where nobody but who asked
-- takes it (ingest.take_trial), once. p_object_key: an upload that is not registered (the command line's).
create or replace function ingest.start_trial(pipeline text default null, definition jsonb default null, file_id uuid default null,
                                              row_limit int default 10000, p_object_key text default null)
returns uuid
language plpgsql security definer
set search_path = ''
as $$
declare
  org uuid := private.org_id();
  wanted jsonb := start_trial.definition;
  needs_file boolean;
  input_key text := start_trial.p_object_key;
  made uuid;
  most_rows constant int := 1000000;
begin
  perform core.require('pipeline.execute');
  perform ingest.require_reader();
  if wanted is null then
    select v.definition into wanted
      from ingest.pipelines p
      join ingest.pipeline_versions v on v.org_id = p.org_id and v.pipeline_id = p.id and v.version = p.version
     where p.org_id = org and p.name = start_trial.pipeline;
    if wanted is null then
      perform core.raise('IN063', format('there is no pipeline %L', left(start_trial.pipeline, 60)),
        'Check the name, or give a definition.', 'pipeline');
    end if;
  end if;
  perform ingest.check_pipeline(wanted);
  needs_file := wanted -> 'input' ->> 'kind' is not distinct from 'file';
  if needs_file <> (start_trial.file_id is not null or input_key is not null) then
    perform core.raise('IN068', case when needs_file then 'this pipeline needs a file' else 'this pipeline takes no file' end,
      case when needs_file then 'Give the id of one that was uploaded.' else 'It reads datasets; leave the file out.' end, 'file');
  end if;
  if start_trial.file_id is not null then
    input_key := ingest.trial_file(start_trial.file_id);
  elsif input_key is not null and (input_key not like 'org/' || org || '/files/%' or session_user <> 'cadastre_worker') then
    perform core.raise('IN068', 'the object key is not one of your organization''s', 'Upload the file, and give its id.', 'file');
  end if;
  made := private.begin_trial('pipeline', null, wanted,
    jsonb_build_object('objectKey', input_key, 'rowLimit', least(greatest(coalesce(start_trial.row_limit, 10000), 1), most_rows)), 'ingest__transform');
  if made is null then
    perform core.raise('IN072', 'too many dry runs are under way', 'Wait until one has ended.');
  end if;
  return made;
end
$$;
comment on function ingest.start_trial(text, jsonb, uuid, int, text) is
  'Asks for a dry run of a pipeline or a definition; take its answer with take_trial. Needs pipeline.execute. Errors: IN060 definition, IN063 pipeline, IN068 file, IN072 too many.';
revoke execute on function ingest.start_trial(text, jsonb, uuid, int, text) from public;
grant execute on function ingest.start_trial(text, jsonb, uuid, int, text) to cadastre_user, cadastre_worker;
