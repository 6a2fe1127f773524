-- The versions that a run wrote, by the file's line and from behind one on, for the raw records in the document store. No index
-- by run is kept for it: on a table of current rows it would end HOT updates and cost every load. A small merge (every batch
-- of events is one) left its keys with its change, so its rows are found by key, whatever the table's size; rows without a
-- key are found by their file. A large merge's are found by reading the current rows, and of the history what was superseded
-- since: what the run wrote cannot have been superseded before (a day's margin for a clock that was set back). Internal.
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
  known jsonb;
  picked text;
  matches text;
  since timestamptz;
  margin constant interval := '1 day';
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
  select k.keys into known
    from ingest.changes c join private.change_keys k on k.org_id = c.org_id and k.number = c.number
   where c.org_id = n.org_id and c.run_id = p_run and c.dataset_id = run.dataset_id and n.keyed
     -- Kept under the names that the key's fields had then.
     and k.keys -> 0 ?& n.key_fields
     and not exists (select from ingest.changes o where o.org_id = c.org_id and o.run_id = c.run_id and o.number <> c.number);
  since := coalesce(run.merged_at, run.started_at, run.created_at) - margin;
  select string_agg(format('(i.item ->> %L)::%s as k%s', f.name, f.type, f.position), ', '), string_agg(format('t.%I = k.k%s', f.name, f.position), ' and ')
    into picked, matches
    from data.fields f where f.org_id = n.org_id and f.dataset_id = run.dataset_id and f.name = any (n.key_fields);
  one := format(
    'select t.source_line, %s, jsonb_build_object(%s), t.version, encode(t.data_hash, ''hex''), t.change_type,
            array_remove(array[%s]::text[], null), nullif(t.version - 1, 0)
       from @table@ t %s where t.run_id = $1 and t.source_line > $2 and t.change_type <> ''delete''%s',
    data.key_expression(run.dataset_id), keys, changed,
    case when known is not null then format('join k on %s', matches) else '' end,
    case when not n.keyed then ' and t.file_id = $5' else '' end);
  return query execute
    case when known is not null then format('with k as materialized (select distinct %s from jsonb_array_elements($4) i (item)) ', picked) else '' end
    || replace(one, '@table@', n.current_table) || ' union all ' || replace(one, '@table@', n.history_table)
    || case when known is null then ' and t.valid_to >= $6' else '' end || ' order by 1 limit $3'
    using p_run, p_after, p_limit, known, run.file_id, since;
end
$$;
comment on function ingest.merged_rows(uuid, bigint, int) is
  'Versions that a run wrote, by the file''s line: {line, composite_key, business_keys, version, data_hash (hex), change_type, changed_fields, previous_version}. Internal.';
