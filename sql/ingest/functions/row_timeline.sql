-- The versions of one row, by the dataset's name: the platform API's road to what <dataset>_timeline tells in the
-- organization's own.
create or replace function ingest.row_timeline(dataset text, key jsonb)
returns table (version int, change_type text, changed_fields text[], valid_from timestamptz, valid_to timestamptz, author_id uuid,
               author text, reason text, run_id uuid, run_kind text, file_name text, source_line bigint, "values" jsonb, issues jsonb)
language plpgsql stable security definer
set search_path = ''
as $$
begin
  return query select t.* from private.row_timeline(data.find_dataset(row_timeline.dataset), row_timeline.key) t;
end
$$;
comment on function ingest.row_timeline(text, jsonb) is
  'Versions of one row, newest first: who (a name where you see members), when, why, run_kind (edit, load, replay, undo), file and line, rule results. key: {<key field>: value}, of a dataset without a key {file_id, source_line}. Needs record.view. Errors: DS001, DS005, 42501.';
revoke execute on function ingest.row_timeline(text, jsonb) from public;
grant execute on function ingest.row_timeline(text, jsonb) to cadastre_user, cadastre_worker;
