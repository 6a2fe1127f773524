-- Where each version of one row came from: run, file, line, and what the rules said of that line. Read from the history
-- view, whose filters and masks ask who it is for and not who reads it; by the key's columns, so that the key's index
-- serves it. Rule results show values: not to whom a filter or mask of the dataset binds.
create or replace function lineage.row_origin(dataset text, key jsonb)
returns table (version int, change_type text, changed_fields text[], valid_from timestamptz, valid_to timestamptz, changed_by uuid,
               run_id uuid, file_id uuid, file_name text, source_line bigint, issues jsonb)
language plpgsql stable security definer
set search_path = ''
as $$
declare
  max_versions constant int := 1000;
  d data.datasets;
  history text;
  fields text[];
  wanted text;
  tells_issues boolean;
begin
  select * into d from data.datasets x where x.org_id = private.org_id() and x.name = row_origin.dataset;
  if d.id is null or not private.may(d.org_id, 'lineage.view', d.id) or not private.may(d.org_id, 'dataset.view', d.id) then
    raise exception using errcode = 'LN001', message = format('there is no dataset %s', left(row_origin.dataset, 60)), column = 'dataset',
      hint = 'Check the name; you see only your organization''s.';
  end if;
  select format('%I.%I', 'org_' || o.schema_key, d.name || '_history') into history from tenancy.organizations o where o.id = d.org_id;
  fields := case when cardinality(d.key_fields) > 0 then d.key_fields else '{file_id,source_line}' end;
  if jsonb_typeof(key) is distinct from 'object' or not key ?& fields then
    raise exception using errcode = 'LN005', message = 'the key does not name the row', column = 'key',
      hint = format('Give an object with %s.', array_to_string(fields, ', '));
  end if;
  select string_agg(format('v.%I = ($1 ->> %L)::%s', k.name, k.name,
           case k.name when 'file_id' then coalesce(f.type, 'uuid') when 'source_line' then coalesce(f.type, 'bigint') else f.type end), ' and ')
    into wanted
    from unnest(fields) k (name)
    left join data.fields f on f.org_id = d.org_id and f.dataset_id = d.id and f.name = k.name;
  tells_issues := private.may(d.org_id, 'run.view', d.id) and d.id <> all (private.bound_datasets());
  return query execute format(
    'select v.version, v.change_type, v.changed_fields, v.valid_from, v.valid_to, v.changed_by, v.run_id, r.file_id, f.file_name,
            v.source_line, coalesce((
              select jsonb_agg(jsonb_build_object(''column'', i.column_name, ''rule'', i.rule, ''severity'', i.severity, ''message'', i.message)
                               order by i.column_name, i.rule)
                from ingest.row_issues i where $3 and i.org_id = $2 and i.run_id = v.run_id and i.line = v.source_line), ''[]'')
       from %s v
       left join ingest.runs r on r.org_id = $2 and r.id = v.run_id and r.undo_of is null
       left join ingest.files f on f.org_id = $2 and f.id = r.file_id
      where %s order by v.version desc limit %s', history, wanted, max_versions) using key, d.org_id, tells_issues;
end
$$;
comment on function lineage.row_origin(text, jsonb) is
  'Every version of one row, newest first, with run, file, line and the line''s rule results. key: {<key field>: value}, of a dataset without a key {file_id, source_line}. Needs lineage.view and dataset.view. Errors: LN001, LN005.';
revoke execute on function lineage.row_origin(text, jsonb) from public;
grant execute on function lineage.row_origin(text, jsonb) to cadastre_user, cadastre_worker;
