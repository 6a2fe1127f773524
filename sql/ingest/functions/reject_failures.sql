-- What becomes of failing rows that are new in the fail table: issues for people, their lines in the out table, their
-- keys kept for a snapshot; rejected ones leave the source. Returns how many left it. Internal.
create or replace function ingest.reject_failures(p_run ingest.runs, p_columns text[], p_rules jsonb, p_source text) returns bigint
language plpgsql
set search_path = ''
as $$
declare
  fail text := ingest.landing_name(p_run.id, p_run.lease_generation, 'fail');
  out_table text := ingest.landing_name(p_run.id, p_run.lease_generation, 'out');
  gone bigint;
begin
  if to_regclass(out_table) is null then
    execute format('create ' || ingest.landing_kind() || ' table %s (line bigint, first_line bigint, reason text)', out_table);
  end if;
  execute format('insert into %s select line, null, ''rejected'' from %s where rejected and not done', out_table, fail);
  perform ingest.record_issues(p_run, p_columns, p_rules, p_source);
  perform ingest.keep_failing_rows(p_run, p_rules, p_source);
  perform ingest.keep_keys(p_run, p_columns, p_source);
  execute format('delete from %s t using %s f where t.ctid = f.row_ctid and f.rejected and not f.done', p_source, fail);
  get diagnostics gone = row_count;
  execute format('update %s set done = true, row_ctid = null where not done', fail);
  return gone;
end
$$;
comment on function ingest.reject_failures(ingest.runs, text[], jsonb, text) is 'Sets failing rows of a run aside. Internal.';
