-- What became of a run's lines: the versions that it wrote, for the raw records in the document store. Lines that are not here
-- said what the table said already, or were set aside.
create or replace function ingest.merged_rows(p_run uuid)
returns table (line bigint, composite_key text, business_keys jsonb, version int, data_hash text, change_type text,
               changed_fields text[], previous_version int)
language plpgsql stable security definer
set search_path = ''
as $$
declare
  run ingest.runs;
  n record;
  keys text;
  changed text;
  one text;
begin
  perform core.require('run.execute');
  select * into run from ingest.runs r where r.org_id = private.org_id() and r.id = p_run;
  if run.dataset_id is null then
    return;
  end if;
  n := data.dataset_names(run.dataset_id);
  select coalesce(string_agg(format('%L, t.%I', f.name, f.name), ', ' order by array_position(n.key_fields, f.name)) filter (where f.name = any (n.key_fields)), ''),
         string_agg(format('case when substring(t.change_mask from %s for 1) = B''1'' then %L end', f.position, f.name), ', ' order by f.position)
           filter (where f.retired_at is null)
    into keys, changed
    from data.fields f where f.org_id = n.org_id and f.dataset_id = run.dataset_id;
  one := format(
    'select t.source_line, %s, jsonb_build_object(%s), t.version, encode(t.data_hash, ''hex''), t.change_type,
            array_remove(array[%s]::text[], null), nullif(t.version - 1, 0)
       from %%s t where t.run_id = $1 and t.source_line is not null and t.change_type <> ''delete''',
    replace(data.key_expression(run.dataset_id), '%', '%%'), replace(keys, '%', '%%'), replace(changed, '%', '%%'));
  return query execute format(one, n.current_table) || ' union all ' || format(one, n.history_table) using p_run;
end
$$;
comment on function ingest.merged_rows(uuid) is
  'Versions that a run wrote, by the file''s line: {line, composite_key, business_keys, version, data_hash (hex), change_type, changed_fields, previous_version}.';
grant execute on function ingest.merged_rows(uuid) to cadastre_worker;
