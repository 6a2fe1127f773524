-- Why a re-run cannot begin behind the last finished step of a failed execution; null: it can. Rows that were kept are what
-- one person saw through their filters and masks, so they are used for that one alone. Internal.
create or replace function ingest.kept_problem(p_old ingest.pipeline_runs, p_user uuid, p_by_service boolean) returns text
language plpgsql stable
set search_path = ''
as $$
declare
  k private.kept_steps;
  present jsonb;
  changed text;
begin
  select * into k from private.kept_steps x where x.org_id = p_old.org_id and x.pipeline_run_id = p_old.id;
  if k.pipeline_run_id is null then
    return case p_old.status when 'failed' then 'nothing of what its steps made is kept any more' else 'it did not fail in a step' end;
  elsif p_old.requested_by is distinct from p_user or p_old.by_service <> p_by_service then
    return 'what is kept was made for somebody else, who may see other rows';
  end if;
  present := ingest.input_state((select v.definition from ingest.pipeline_versions v
    where v.org_id = p_old.org_id and v.pipeline_id = p_old.pipeline_id and v.version = p_old.version), p_old.file_id, k.position, p_user);
  if present -> 'file' is distinct from k.inputs -> 'file' then
    return 'its input file was rewritten';
  elsif present -> 'reader' is distinct from k.inputs -> 'reader' then
    return 'filters, masks or the member''s roles were changed';
  end if;
  select e.key into changed from jsonb_each(present -> 'datasets') e where k.inputs -> 'datasets' -> e.key is distinct from e.value order by e.key limit 1;
  return case when changed is not null then format('the dataset %s has changed since', changed) end;
end
$$;
comment on function ingest.kept_problem(ingest.pipeline_runs, uuid, boolean) is 'Why a re-run does not begin at the failed step; null: it does. Internal.';
