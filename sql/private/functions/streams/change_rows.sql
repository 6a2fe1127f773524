-- The rows that a change wrote, as whoever asks may see them: read from the history view under the caller's own rights, so
-- filters and masks hold. Found by key where the keys were kept, else by the run. A row whose key is masked for the caller
-- cannot be found by it and is left out. At most p_limit; by key where the change is small.
create or replace function private.change_rows(p_number bigint, p_limit int) returns setof json
language plpgsql stable
set search_path = ''
as $$
declare
  s record := private.change_source(p_number);
  keyed text := '';
  source text;
begin
  if s.history_view is null then
    return;
  end if;
  if s.keys is not null then
    keyed := format('with k as materialized (
        select (i.item ->> ''version$'')::int as version, %s from jsonb_array_elements($1) i (item)) ', s.picked);
    source := format('k join %s h on %s and case when k.version is null then h.run_id = $2 else h.version = k.version end
       order by h.composite_key, h.version', s.history_view, s.matches);
  else
    source := format('%s h where h.run_id = $2', s.history_view) || case when s.file_id is not null then ' and h.file_id = $3' else '' end;
  end if;
  return query execute keyed || format(
    'select json_build_object(''key'', h.composite_key, ''version'', h.version, ''changeType'', h.change_type,
              ''changedFields'', h.changed_fields, ''values'', (select row_to_json(v$) from (select %s) v$))
       from %s limit %s',
    (select string_agg(format('h.%I', c), ', ') from unnest(s.columns) c), source, p_limit)
    using s.keys, s.run_id, s.file_id;
end
$$;
comment on function private.change_rows(bigint, int) is
  'Rows of a change as the caller sees them: {key, version, changeType, changedFields, values}.';
revoke execute on function private.change_rows(bigint, int) from public;
grant execute on function private.change_rows(bigint, int) to cadastre_user;
