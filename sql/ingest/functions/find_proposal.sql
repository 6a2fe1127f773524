-- The open proposal of a held run, both locked for the decision. Whoever decides needs what the decision does: making
-- the dataset, or editing its contract. Internal.
create or replace function ingest.find_proposal(p_run uuid, out run ingest.runs, out proposal ingest.contract_proposals,
                                                out dataset uuid)
returns record
language plpgsql
set search_path = ''
as $$
begin
  perform core.require('run.execute');
  run := ingest.find_run(p_run, '{held}');
  select * into proposal from ingest.contract_proposals p
   where p.org_id = run.org_id and p.run_id = run.id and p.status = 'open' for no key update;
  if proposal.run_id is null then
    perform core.raise('IN024', 'no contract waits to be decided for this run', 'Release or reject the run instead.');
  end if;
  select d.id into dataset from data.datasets d where d.org_id = run.org_id and d.name = run.dataset_name;
  if dataset is null then
    perform core.require('dataset.create');
  else
    perform data.require_on('dataset.edit', dataset);
  end if;
end
$$;
comment on function ingest.find_proposal(uuid) is 'Run, open proposal and dataset (null: not there yet). Errors: 42501, IN005, IN006, IN024. Internal.';
