-- Takes later rows of a key out of the typed table: equal ones are duplicates, others rejected. Returns how many.
-- Internal.
create or replace function ingest.set_duplicates_aside(p_run ingest.runs, p_columns text[]) returns bigint
language plpgsql
set search_path = ''
as $$
declare
  moved bigint;
begin
  perform ingest.find_duplicates(p_run, p_columns);
  perform ingest.record_key_issues(p_run, p_columns);
  execute format('delete from %s t using %s o where o.line = t.line$ and o.reason <> ''rejected''',
    ingest.landing_name(p_run.id, p_run.lease_generation, 'typed'), ingest.landing_name(p_run.id, p_run.lease_generation, 'out'));
  get diagnostics moved = row_count;
  return moved;
end
$$;
comment on function ingest.set_duplicates_aside(ingest.runs, text[]) is 'Moves repeated keys from the typed to the out table. Internal.';
