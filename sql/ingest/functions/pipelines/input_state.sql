-- How what a pipeline's steps read is now, up to one of them: the bytes of its file, of every dataset that they name the
-- contract, the tags and the last change, and of whom it reads for what filters and masks go by. Whether rows that steps made
-- a while ago are still what they would make is answered by comparing: what is contained in the earlier state is unchanged.
-- A dataset is named where its name stands in the definition as a word, also as something else: that costs at most a step
-- that is done again. A view that a model made reads whatever it likes: then every dataset counts. Internal.
create or replace function ingest.input_state(p_definition jsonb, p_file uuid, p_upto int, p_user uuid) returns jsonb
language plpgsql stable security definer
set search_path = ''
as $$
declare
  org uuid := private.org_id();
  written text;
  words text[];
  every boolean;
begin
  perform core.require('pipeline.execute');
  written := lower(coalesce(p_definition ->> 'input', '') || coalesce(
    (select string_agg(e.step::text, ' ' order by e.place) from jsonb_array_elements(coalesce(p_definition -> 'steps', '[]')) with ordinality e (step, place)
      where e.place <= p_upto), ''));
  words := array(
    select distinct v.word from regexp_split_to_table(written, '[^a-z0-9_]+') w
     cross join lateral (values (w), (regexp_replace(w, '_(history|as_of|diff|timeline)$', ''))) v (word));
  -- A name may be written by its characters' numbers.
  every := written like '%u&%' or exists (
    select from ingest.pipelines p join ingest.pipeline_versions v on v.org_id = p.org_id and v.pipeline_id = p.id and v.version = p.version
     where p.org_id = org and v.definition ->> 'materialized' = 'view' and v.definition ->> 'dataset' = any (words));
  return jsonb_build_object(
    'file', (select coalesce(f.rewritten_as, f.object_key) from ingest.files f where f.org_id = org and f.id = p_file),
    'reader', md5(concat_ws('#', (select string_agg(p::text, ' ' order by p.id) from access.policies p where p.org_id = org),
      (select m::text from access.memberships m where m.org_id = org and m.user_id = p_user),
      (select string_agg(r.role_key, ' ' order by r.role_key) from access.membership_roles r where r.org_id = org and r.user_id = p_user))),
    'datasets', coalesce((
      select jsonb_object_agg(d.name, concat_ws('/', d.id, d.contract_version, d.tags::text,
               (select md5(string_agg(f.name || f.tags::text, ' ' order by f.name)) from data.fields f where f.org_id = org and f.dataset_id = d.id and f.tags <> '{}'),
               (select c.number from ingest.changes c where c.org_id = org and c.dataset_id = d.id order by c.txid desc, c.number desc limit 1)))
        from data.datasets d
       where d.org_id = org and (every or d.name = any (words))), '{}'));
end
$$;
comment on function ingest.input_state(jsonb, uuid, int, uuid) is
  'State of what a definition''s steps up to one read for somebody: {file, reader, datasets: {name: state}}. For the worker.';
revoke execute on function ingest.input_state(jsonb, uuid, int, uuid) from public;
grant execute on function ingest.input_state(jsonb, uuid, int, uuid) to cadastre_worker;
