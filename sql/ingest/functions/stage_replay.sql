-- A replay has no file: its rows are the rejected rows that were taken for it, with their corrected values in place.
-- Columns are the contract's, in order. Returns how many.
create or replace function ingest.stage_replay(p_run uuid, p_generation int, p_columns text[]) returns bigint
language plpgsql security definer
set search_path = ''
as $$
declare
  run ingest.runs;
  columns text;
  staged bigint;
begin
  perform core.require('run.execute');
  run := ingest.assert_lease(p_run, p_generation);
  select string_agg(format('x.values ->> %L', name), ', ' order by place) into columns
    from unnest(p_columns) with ordinality c (name, place);
  execute format(
    'insert into %s select x.line, %s
       from (select line, coalesce(record, ''{}'') || coalesce(fixed, ''{}'') as values from ingest.rejected_rows
              where org_id = $1 and run_id = $2 and replay_run = $3) x',
    ingest.landing_name(p_run, p_generation, 'raw'), columns)
    using run.org_id, run.replay_of, run.id;
  get diagnostics staged = row_count;
  return staged;
end
$$;
comment on function ingest.stage_replay(uuid, int, text[]) is 'Fills the raw landing table from the rejected rows of a replay.';
grant execute on function ingest.stage_replay(uuid, int, text[]) to cadastre_worker;
