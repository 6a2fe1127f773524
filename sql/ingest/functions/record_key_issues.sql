-- Issues of rows whose key another row of the file has already, at most max_issues of them, by line. Internal.
create or replace function ingest.record_key_issues(p_run ingest.runs, p_columns text[]) returns void
language plpgsql
set search_path = ''
as $$
declare
  typed text := ingest.landing_name(p_run.id, p_run.lease_generation, 'typed');
  out_table text := ingest.landing_name(p_run.id, p_run.lease_generation, 'out');
  keys text;
  max_issues constant int := 10000;
begin
  select string_agg(format('t.%I', f.name), ', ' order by f.place) into keys
  from ingest.landed_fields(p_run.dataset_id, p_columns) f where f.is_key;
  execute format($q$
    insert into ingest.row_issues (org_id, run_id, line, column_name, rule, severity, rejected, value, message, remedy)
    select $1, $2, o.line, left($3, 200), 'unique_key', 'error', true, left(concat_ws(', ', %1$s), 1000),
           left(format('the key (%%s) stands on line %%s already, with other values', $3, o.first_line), 2000),
           'Keep one of the rows, or add a field to the key.'
      from %2$s o join %3$s t on t.line$ = o.line
     where o.reason = 'unique_key'
     order by o.line limit %4$s
    on conflict do nothing $q$, keys, out_table, typed, max_issues)
    using p_run.org_id, p_run.id, array_to_string(p_run.key_fields, ', ');
end
$$;
comment on function ingest.record_key_issues(ingest.runs, text[]) is 'Writes issues of rule unique_key, bounded. Internal.';
