-- Counts what the checks left and asks the gate. Internal.
create or replace function ingest.count_checked(p_run ingest.runs, p_accepted bigint, p_problem_rows bigint, p_counted jsonb) returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  run ingest.runs;
  rejected bigint := p_problem_rows;
  duplicate bigint := 0;
  out_table text := ingest.landing_name(p_run.id, p_run.lease_generation, 'out');
begin
  -- Not made where nothing was set aside (ingest.merge_events).
  if to_regclass(out_table) is not null then
    execute format('select count(*) filter (where reason <> ''duplicate'') + $1, count(*) filter (where reason = ''duplicate'') from %s', out_table)
      into rejected, duplicate using p_problem_rows;
  end if;
  update ingest.runs r
     set read_rows = p_accepted + rejected + duplicate, rejected_rows = rejected, duplicate_rows = duplicate
   where r.org_id = p_run.org_id and r.id = p_run.id
  returning * into run;
  return jsonb_build_object('read', run.read_rows, 'accepted', p_accepted, 'rejected', rejected, 'duplicate', duplicate,
    'rules', p_counted, 'hold', case when run.released_at is null then ingest.gate_reason(run, p_counted) end);
end
$$;
comment on function ingest.count_checked(ingest.runs, bigint, bigint, jsonb) is 'Writes a checked run''s counts and returns them with the gate''s answer. Internal.';
