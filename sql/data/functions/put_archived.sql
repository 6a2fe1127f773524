-- Rows of an archive into a table of history's shape: history itself (p_target null), or a temporary table of the session,
-- made on first use. Fields go by their positions, so renamed and widened ones find their place. Internal.
create or replace function data.put_archived(p_dataset uuid, p_fields jsonb, p_rows jsonb, p_target text) returns bigint
language plpgsql
set search_path = '' set timezone = 'UTC' set datestyle = 'ISO, YMD'
as $$
declare
  n record := data.dataset_names(p_dataset);
  target text := coalesce('pg_temp.' || quote_ident(p_target), n.history_table);
  columns text;
  made text;
  width int := jsonb_array_length(p_fields);
  put bigint;
begin
  if p_target is not null and to_regclass(target) is null then
    execute format('create temporary table %I (like %s) on commit drop', p_target, n.history_table);
  end if;
  select coalesce(string_agg(format('%I', now_.name), ', ' order by f.position) || ', ', ''),
         coalesce(string_agg(format('(r.value ->> %s)::%s', f.i - 1, now_.type), ', ' order by f.position) || ', ', '')
    into columns, made
    from (select (x.value ->> 'position')::int as position, row_number() over (order by (x.value ->> 'position')::int) as i from jsonb_array_elements(p_fields) x) f
    join data.fields now_ on now_.org_id = n.org_id and now_.dataset_id = p_dataset and now_.position = f.position;
  execute format($q$
    insert into %1$s (org_id, %2$s file_id, version, change_type, change_mask, valid_from, valid_to, changed_by, run_id, source_line, change_reason)
    select $2, %3$s (r.value ->> %4$s)::uuid, (r.value ->> %4$s + 1)::int, r.value ->> %4$s + 2, (r.value ->> %4$s + 3)::bit varying,
           (r.value ->> %4$s + 4)::timestamptz, (r.value ->> %4$s + 5)::timestamptz, (r.value ->> %4$s + 6)::uuid, (r.value ->> %4$s + 7)::uuid, (r.value ->> %4$s + 8)::bigint, r.value ->> %4$s + 9
      from jsonb_array_elements($1) r $q$, target, columns, made, width) using p_rows, n.org_id;
  get diagnostics put = row_count;
  return put;
end
$$;
comment on function data.put_archived(uuid, jsonb, jsonb, text) is 'Inserts an archive''s rows into history or a temporary table. Internal.';
revoke execute on function data.put_archived(uuid, jsonb, jsonb, text) from public;
