-- Rules about the rows in force, asked once the load is written and before it is committed: what they find is recorded
-- by the caller, who undoes the merge where one of them holds the run. Internal.
create or replace function ingest.check_merged(p_run ingest.runs) returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  rules jsonb;
begin
  select jsonb_agg(to_jsonb(r)) into rules
    from (select row_number() over () as no, a.* from quality.active_rules(p_run.dataset_id) a where a.scope = 'dataset') r;
  if rules is null then
    return '[]';
  end if;
  return quality.check_current(p_run.dataset_id, p_run.id, 'load', rules) -> 'rules';
end
$$;
comment on function ingest.check_merged(ingest.runs) is 'Asks a dataset''s rules about its rows in force. Internal.';
