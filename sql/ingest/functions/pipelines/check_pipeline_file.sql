-- Refuses a file that whoever is asking may not have as input: none of theirs, or the file of a dataset of which a filter
-- or mask shows them a part only, since its bytes are from before any of them. Internal.
create or replace function ingest.check_pipeline_file(p_file uuid) returns void
language plpgsql
set search_path = ''
as $$
declare
  org uuid := private.org_id();
  wanted ingest.files;
begin
  perform core.require('run.view');
  select * into wanted from ingest.files f where f.org_id = org and f.id = p_file;
  if wanted.id is null then
    perform core.raise('IN068', 'there is no such file', 'Upload it first, or check the id.', 'file');
  end if;
  if exists (select from data.datasets d
              where d.org_id = org and d.id = any (private.bound_datasets())
                and (d.name = wanted.dataset_name
                     or exists (select from ingest.runs r where r.org_id = org and r.file_id = p_file and r.dataset_id = d.id)))
     or exists (select from ingest.runs r
                 where r.org_id = org and r.file_id = p_file
                   and r.dataset_id::text = any (private.denied_objects('run.view', 'dataset'))) then
    perform core.raise('42501', 'a filter or mask shows you only a part of this file''s dataset',
      'Take the dataset itself as the input: its filters and masks hold in pipelines too.', 'file');
  end if;
end
$$;
comment on function ingest.check_pipeline_file(uuid) is 'Raises IN068 or 42501 where a file may not be the input of whoever is asking. Internal.';
