-- What the database has of a person beside rows and lines of files: rejected records and failing rows by their values
-- (also of files that are gone), events that wait, keys in the change feed, extremes and frequent values of profiles,
-- samples and messages of failures, evidence of inspections. Counted, and removed unless it is a search. Repeatable.
create or replace function ingest.erase_others(p_erasure uuid, p_dataset uuid) returns jsonb
language plpgsql security definer
set search_path = '' set timezone = 'UTC' set datestyle = 'ISO, YMD'
as $$
declare
  org uuid := private.org_id();
  e data.erasures;
  d data.datasets;
  known jsonb;
  -- Values that tell by themselves whom they are about: of the description, and of all that the person's rows said.
  words text[];
  tells text[];
  counts jsonb := '{}';
  n bigint;
  max_words constant int := 2000;
  -- A frequent value that more rows have is nobody's.
  few constant int := 10;
begin
  perform core.require('run.execute');
  select * into e from data.erasures x where x.org_id = org and x.id = p_erasure and x.state = 'running';
  select * into d from data.datasets x where x.org_id = org and x.id = p_dataset;
  select s.resolved -> p_dataset::text into known from private.erasure_subjects s where s.org_id = org and s.erasure_id = p_erasure;
  if e.id is null or d.id is null or known is null then
    return counts;
  end if;
  words := array(
    select distinct v.value from jsonb_array_elements(known -> 'conditions') c cross join jsonb_each_text(c.value) v
     where data.is_telling(v.value) limit max_words);
  tells := array(
    select distinct t.value #>> '{}' from jsonb_each(known -> 'texts') f cross join jsonb_array_elements(f.value) t
     where data.is_telling(t.value #>> '{}') limit max_words) || words;

  create temporary table pg_temp_doomed (kind text, run_id uuid, line bigint, no int, rule text) on commit drop;
  insert into pg_temp.pg_temp_doomed (kind, run_id, line)
  select 'rejected', x.run_id, x.line from ingest.rejected_rows x
   where x.org_id = org and x.dataset_id = p_dataset and x.raw <> ''
     and (data.fits_subject(p_dataset, x.record || coalesce(x.fixed, '{}'), known -> 'conditions') or data.fits_subject(p_dataset, x.record, known -> 'conditions')
          -- One that could not be split: all of a condition's values stand in it, and one that tells whom it is about.
          or x.record is null and exists (select from unnest(tells) w where position(w in x.raw) > 0) and exists (select from jsonb_array_elements(known -> 'conditions') c
               where not exists (select from jsonb_each_text(c.value) v where position(v.value in x.raw) = 0)));
  insert into pg_temp.pg_temp_doomed (kind, run_id, line, no, rule)
  select 'failing', x.check_id, x.line, x.no, x.rule_name from quality.failing_rows x
   where x.org_id = org and x.dataset_id = p_dataset
     and data.fits_subject(p_dataset, x.record, known -> 'conditions');
  insert into pg_temp.pg_temp_doomed (kind, line)
  select 'event', x.number from ingest.stream_events x
   where x.org_id = org and x.dataset_id = p_dataset
     and data.fits_subject(p_dataset, (select jsonb_object_agg(f.name, coalesce(x.body -> f.name, x.body -> f.source_name)) from data.fields f
                                        where f.org_id = org and f.dataset_id = p_dataset), known -> 'conditions');
  counts := (select coalesce(jsonb_object_agg(case k.kind when 'rejected' then 'rejectedRows' when 'failing' then 'failingRows' else 'events' end, k.n), '{}')
               from (select x.kind, count(*) as n from pg_temp.pg_temp_doomed x group by 1) k);
  -- Numbers in the change feed of rows by key.
  select count(*) into n
    from private.change_keys x join ingest.changes c on c.org_id = x.org_id and c.number = x.number
   where x.org_id = org and c.dataset_id = p_dataset
     and exists (select from jsonb_array_elements(x.keys) i join jsonb_array_elements(known -> 'conditions') k on (i.value - 'version$') @> k.value or k.value @> (i.value - 'version$'));
  counts := ingest.add_counts(counts, jsonb_build_object('changeKeys', n));
  select count(*) into n from quality.column_profiles p
   where p.org_id = org and p.dataset_id = p_dataset and known -> 'texts' ? p.field_name
     and (p.minimum in (select left(t, 200) from jsonb_array_elements_text(known -> 'texts' -> p.field_name) t)
          or p.maximum in (select left(t, 200) from jsonb_array_elements_text(known -> 'texts' -> p.field_name) t)
          or exists (select from jsonb_array_elements(p.top_values) v where (v.value ->> 1)::bigint <= few and v.value ->> 0 in (select left(t, 200) from jsonb_array_elements_text(known -> 'texts' -> p.field_name) t)));
  counts := ingest.add_counts(counts, jsonb_build_object('profiles', n));
  select count(*) into n
    from (select 1 from ingest.pipeline_failures x where x.org_id = org and exists (select from unnest(tells) w where position(w in x.message || coalesce(x.sample::text, '')) > 0)
          union all select 1 from ingest.runs x where x.org_id = org and x.dataset_name = d.name and exists (select from unnest(tells) w where position(w in x.error::text) > 0)
          union all select 1 from ingest.inspections x join ingest.runs r on r.org_id = x.org_id and r.id = x.run_id
                     where x.org_id = org and r.dataset_name = d.name and exists (select from unnest(tells) w where position(w in (x.content - 'columns' - 'dialect')::text) > 0)
          union all select 1 from ingest.row_issues x join ingest.runs r on r.org_id = x.org_id and r.id = x.run_id
                     where x.org_id = org and r.dataset_name = d.name and x.value = any (words)) s;
  counts := ingest.add_counts(counts, jsonb_build_object('samples', n));
  if e.dry_run then
    drop table pg_temp.pg_temp_doomed;
    return counts;
  end if;

  update ingest.rejected_rows x set raw = '', record = null, fixed = null, status = case when x.status = 'open' then 'dismissed' else x.status end
    from pg_temp.pg_temp_doomed g where g.kind = 'rejected' and x.org_id = org and x.run_id = g.run_id and x.line = g.line;
  update ingest.row_issues x set value = null, message = 'erased'
    from pg_temp.pg_temp_doomed g where g.kind = 'rejected' and x.org_id = org and x.run_id = g.run_id and x.line = g.line;
  delete from quality.failing_rows x using pg_temp.pg_temp_doomed g
   where g.kind = 'failing' and x.org_id = org and x.dataset_id = p_dataset and x.check_id = g.run_id and x.rule_name = g.rule and x.no = g.no;
  delete from ingest.stream_events x using pg_temp.pg_temp_doomed g where g.kind = 'event' and x.org_id = org and x.number = g.line;
  drop table pg_temp.pg_temp_doomed;

  update private.change_keys x
     set keys = (select coalesce(jsonb_agg(i.value), '[]') from jsonb_array_elements(x.keys) i
                  where not exists (select from jsonb_array_elements(known -> 'conditions') k where (i.value - 'version$') @> k.value or k.value @> (i.value - 'version$')))
    from ingest.changes c
   where c.org_id = org and c.dataset_id = p_dataset and x.org_id = org and x.number = c.number
     and exists (select from jsonb_array_elements(x.keys) i join jsonb_array_elements(known -> 'conditions') k on (i.value - 'version$') @> k.value or k.value @> (i.value - 'version$'));
  perform private.drop_carried(org);
  -- Whoever's rows they hold: they save a re-run time, and no more.
  delete from private.kept_steps k where k.org_id = org;
  -- Quantiles and histogram have extremes in them: they go where an extreme was the person's.
  update quality.column_profiles p
     set minimum = case when p.minimum = any (t.list) then null else p.minimum end,
         maximum = case when p.maximum = any (t.list) then null else p.maximum end,
         quantiles = case when p.minimum = any (t.list) or p.maximum = any (t.list) then null else p.quantiles end,
         histogram = case when p.minimum = any (t.list) or p.maximum = any (t.list) then null else p.histogram end,
         top_values = (select coalesce(jsonb_agg(v.value), '[]') from jsonb_array_elements(p.top_values) v where (v.value ->> 1)::bigint > few or v.value ->> 0 <> all (t.list))
    from (select f.key as field, array(select left(w, 200) from jsonb_array_elements_text(f.value) w) as list from jsonb_each(known -> 'texts') f) t
   where p.org_id = org and p.dataset_id = p_dataset and p.field_name = t.field;
  update ingest.pipeline_failures x set message = 'erased', sample = null
   where x.org_id = org and exists (select from unnest(tells) w where position(w in x.message || coalesce(x.sample::text, '')) > 0);
  update ingest.runs x set error = jsonb_build_object('code', x.error -> 'code', 'message', 'erased', 'hint', '')
   where x.org_id = org and x.dataset_name = d.name and exists (select from unnest(tells) w where position(w in x.error::text) > 0);
  update ingest.inspections x set content = jsonb_build_object('columns', x.content -> 'columns', 'dialect', x.content -> 'dialect')
    from ingest.runs r
   where x.org_id = org and r.org_id = org and r.id = x.run_id and r.dataset_name = d.name
     and exists (select from unnest(tells) w where position(w in (x.content - 'columns' - 'dialect')::text) > 0);
  update ingest.row_issues x set value = null, message = 'erased'
    from ingest.runs r
   where x.org_id = org and r.org_id = org and r.id = x.run_id and r.dataset_name = d.name and x.value = any (words);
  return counts;
end
$$;
comment on function ingest.erase_others(uuid, uuid) is 'Clears what a dataset''s samples, profiles, rejected rows and feeds have of a person; counts. For the worker.';
revoke execute on function ingest.erase_others(uuid, uuid) from public;
grant execute on function ingest.erase_others(uuid, uuid) to cadastre_worker;
