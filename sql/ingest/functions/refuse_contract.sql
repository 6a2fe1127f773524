-- Refuses what a file asks for: its run ends, nothing of it is loaded, the contract stays.
create or replace function ingest.refuse_contract(run_id uuid, reason text default '') returns ingest.runs
language plpgsql security definer
set search_path = ''
as $$
declare
  found record := ingest.find_proposal(refuse_contract.run_id);
  run ingest.runs := found.run;
begin
  update ingest.runs r set status = 'cancelled', finished_at = clock_timestamp()
   where r.org_id = run.org_id and r.id = run.id
  returning * into run;
  update ingest.contract_proposals p set reason = coalesce(refuse_contract.reason, '')
   where p.org_id = run.org_id and p.run_id = run.id;
  perform audit.record('contract.refuse', 'run', run.id::text, jsonb_build_object('dataset', run.dataset_name, 'reason', refuse_contract.reason));
  perform ingest.tell_run(run.org_id, run.id);
  return run;
end
$$;
comment on function ingest.refuse_contract(uuid, text) is
  'Refuses the contract, or the changes of one, that a held run''s file asks for, and cancels the run. Needs dataset.create, or dataset.edit where the dataset is there. Errors: IN005, IN006, IN024.';
grant execute on function ingest.refuse_contract(uuid, text) to cadastre_user, cadastre_worker;
