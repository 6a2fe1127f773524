-- The versions that a run wrote, by the file's line and from behind one on, for the raw records in the document store. Internal.
drop function if exists ingest.merged_rows(uuid);
create or replace function ingest.merged_rows(p_run uuid, p_after bigint, p_limit int)
returns table (line bigint, composite_key text, business_keys jsonb, version int, data_hash text, change_type text,
               changed_fields text[], previous_version int)
language plpgsql stable
set search_path = ''
as $$
declare
  run ingest.runs;
  n record;
  keys text;
  changed text;
  one text;
begin
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
       from %%s t where t.run_id = $1 and t.source_line > $2 and t.change_type <> ''delete''',
    replace(data.key_expression(run.dataset_id), '%', '%%'), replace(keys, '%', '%%'), replace(changed, '%', '%%'));
  return query execute format(one, n.current_table) || ' union all ' || format(one, n.history_table) || ' order by 1 limit $3'
    using p_run, p_after, p_limit;
end
$$;
comment on function ingest.merged_rows(uuid, bigint, int) is
  'Versions that a run wrote, by the file''s line: {line, composite_key, business_keys, version, data_hash (hex), change_type, changed_fields, previous_version}. Internal.';
