-- Removes a source with its pulls; the runs that it submitted, and what they loaded, stay.
create or replace function ingest.drop_source(name text) returns boolean
language plpgsql security definer
set search_path = ''
as $$
declare
  s ingest.sources;
begin
  perform core.require('datasource.delete');
  s := ingest.find_source(drop_source.name);
  perform audit.record('source.drop', 'source', s.id::text, jsonb_build_object('name', s.name, 'dataset', s.dataset_name));
  delete from ingest.sources x where x.org_id = s.org_id and x.id = s.id;
  return true;
end
$$;
comment on function ingest.drop_source(text) is 'Removes a source; what it loaded stays. Needs datasource.delete. Error IN085.';
grant execute on function ingest.drop_source(text) to cadastre_user, cadastre_worker;
