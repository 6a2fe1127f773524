-- Rows of a dataset without a business key: file and line are their key, so nothing has to be compared. Internal.
create or replace function ingest.append_rows(p_run ingest.runs, p_columns text[]) returns bigint
language plpgsql
set search_path = ''
as $$
declare
  n record := data.dataset_names(p_run.dataset_id);
  names text;
  written bigint;
begin
  select string_agg(format('%I', f.name), ', ' order by f.place) into names
    from ingest.landed_fields(p_run.dataset_id, p_columns) f;
  execute format($q$
    insert into %1$s (org_id, %2$s, file_id, version, change_type, valid_from, changed_by, run_id, source_line, change_reason)
    select $1, %2$s, $2, 1, 'insert', now(), $3, $4, line$, $5 from %3$s $q$,
    n.current_table, names, ingest.landing_name(p_run.id, p_run.lease_generation, 'typed'))
    using p_run.org_id, p_run.file_id, private.user_id(), p_run.id, p_run.reason;
  get diagnostics written = row_count;
  return written;
end
$$;
comment on function ingest.append_rows(ingest.runs, text[]) is 'Adds a run''s typed rows to an append-only dataset. Internal.';
