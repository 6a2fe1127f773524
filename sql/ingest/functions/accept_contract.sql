-- Accepts what a file asks for, as proposed or changed, and lets its run go on in the same transaction: the file is read
-- again under the new contract. Acceptance is for the contract only: the gate is still asked.
create or replace function ingest.accept_contract(run_id uuid, fields jsonb default null, key_fields text[] default null,
                                                  changes jsonb default null, reason text default '') returns ingest.runs
language plpgsql security definer
set search_path = ''
as $$
declare
  found record := ingest.find_proposal(accept_contract.run_id);
  run ingest.runs := found.run;
  proposal ingest.contract_proposals := found.proposal;
  key text[] := coalesce(accept_contract.key_fields, proposal.key_fields);
  wanted jsonb := coalesce(accept_contract.changes, proposal.changes);
  ops jsonb;
begin
  if proposal.kind = 'new' and found.dataset is null then
    perform data.create_dataset(run.dataset_name, coalesce(accept_contract.fields, proposal.fields), key,
      case when cardinality(key) = 0 then 'append' when run.mode = 'append' then 'upsert' else run.mode end);
    update ingest.runs r
       set key_fields = key,
           mode = case when cardinality(key) = 0 then 'append' when r.mode = 'append' then 'upsert' else r.mode end
     where r.org_id = run.org_id and r.id = run.id;
  elsif proposal.kind = 'change' then
    if jsonb_typeof(wanted) <> 'array' or exists (select from jsonb_array_elements(wanted) e
        where e ->> 'change' is null or e ->> 'change' not in ('renamed', 'added', 'dropped', 'retyped', 'ignored')) then
      perform core.raise('IN025', 'the changes are not a list of renamed, added, dropped, retyped and ignored ones',
        'Give them as the proposal has them; leave them out to accept it as it is.', 'changes');
    end if;
    ops := ingest.changes_of_proposal(found.dataset, wanted);
    if jsonb_array_length(ops) > 0 then
      perform data.alter_dataset(found.dataset, ops, coalesce(nullif(accept_contract.reason, ''), format('accepted for run %s', run.id)));
    end if;
  end if;
  update ingest.contract_proposals p
     set status = 'accepted', decided_by = private.user_id(), decided_at = clock_timestamp(), reason = coalesce(accept_contract.reason, ''),
         decision = nullif(jsonb_strip_nulls(jsonb_build_object('fields', accept_contract.fields, 'keyFields', accept_contract.key_fields,
                                                                'changes', accept_contract.changes)), '{}')
   where p.org_id = run.org_id and p.run_id = run.id;
  update ingest.runs r set status = 'queued', error = null where r.org_id = run.org_id and r.id = run.id
  returning * into run;
  perform ingest.queue_run(run.org_id, run.id);
  perform audit.record('contract.accept', 'run', run.id::text, jsonb_build_object('dataset', run.dataset_name, 'kind', proposal.kind,
    'fields', accept_contract.fields, 'key_fields', accept_contract.key_fields, 'changes', wanted, 'reason', accept_contract.reason));
  perform ingest.tell_run(run.org_id, run.id);
  return run;
end
$$;
comment on function ingest.accept_contract(uuid, jsonb, text[], jsonb, text) is
  'Accepts the contract, or the changes of one, that a held run''s file asks for, and queues the run. kind new: fields and key_fields in place of the proposed ones; needs dataset.create. kind change: changes in place of the proposed ones ({change: renamed, field, column, to?} | {change: added, column, field} | {change: dropped, field, retire?} | {change: retyped, field, to} | {change: ignored, column}); needs dataset.edit. Errors: DS001 to DS012, IN005, IN006, IN024, IN025.';
grant execute on function ingest.accept_contract(uuid, jsonb, text[], jsonb, text) to cadastre_user, cadastre_worker;
