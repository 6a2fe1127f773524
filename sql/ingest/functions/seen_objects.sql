-- Which of the named objects a pull's source has read, and in which version.
create or replace function ingest.seen_objects(p_pull uuid, p_names text[]) returns table (name text, version text)
language plpgsql stable security definer
set search_path = ''
as $$
begin
  perform core.require('run.execute');
  return query
    select o.name, o.version
      from ingest.source_pulls p
      join ingest.source_objects o on o.org_id = p.org_id and o.source_id = p.source_id
     where p.org_id = private.org_id() and p.id = p_pull and o.name = any (p_names);
end
$$;
comment on function ingest.seen_objects(uuid, text[]) is 'Versions of objects that were read already.';
grant execute on function ingest.seen_objects(uuid, text[]) to cadastre_worker;
