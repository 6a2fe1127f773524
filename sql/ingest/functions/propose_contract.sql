-- Holds a run because its file asks for a contract that is not there yet: a whole new one, or changes. Advice is only
-- written down: the run goes on, and if its gate holds it a person may accept the advice instead of deciding on rows. A file that is
-- read again (the worker died in between) makes the same proposal again; a decided one stays as it was decided.
create or replace function ingest.propose_contract(p_run uuid, p_generation int, p_proposal jsonb) returns ingest.runs
language plpgsql security definer
set search_path = ''
as $$
declare
  run ingest.runs;
  kind text := p_proposal ->> 'kind';
  changes jsonb := coalesce(p_proposal -> 'changes', '[]');
  advice boolean := coalesce((p_proposal ->> 'advice')::boolean, false);
  error jsonb;
begin
  perform core.require('run.execute');
  run := ingest.assert_lease(p_run, p_generation);
  insert into ingest.contract_proposals as p (org_id, run_id, dataset_name, kind, is_advice, contract_version, columns, fields,
                                              key_fields, changes, effect)
  select run.org_id, run.id, run.dataset_name, kind, advice,
         (select d.contract_version from data.datasets d where d.org_id = run.org_id and d.name = run.dataset_name),
         array(select jsonb_array_elements_text(p_proposal -> 'columns')), coalesce(p_proposal -> 'fields', '[]'),
         run.key_fields, changes, coalesce(p_proposal -> 'effect', '{}')
  on conflict (org_id, run_id) do update
    set kind = excluded.kind, is_advice = excluded.is_advice, contract_version = excluded.contract_version, columns = excluded.columns,
        fields = excluded.fields, key_fields = excluded.key_fields, changes = excluded.changes, effect = excluded.effect,
        status = 'open', decision = null, decided_by = null, decided_at = null, reason = '';
  if advice then
    return run;
  elsif kind = 'new' then
    error := jsonb_build_object('code', 'IN022', 'message', 'the dataset''s contract waits to be accepted',
      'hint', 'Look at the proposed fields and key, then accept the contract, changed where it should be, or refuse it.');
  else
    error := jsonb_build_object('code', 'IN023', 'message',
      format('the file''s columns are not the contract''s: %s', (
        select string_agg(format('%s %s', c.n, c.change), ', ' order by c.change)
          from (select e ->> 'change' as change, count(*) as n from jsonb_array_elements(changes) e group by 1) c)),
      'hint', 'Look at the proposed changes, then accept them, changed where they should be, or refuse the file.');
  end if;
  return ingest.hold_run(p_run, p_generation, error);
end
$$;
comment on function ingest.propose_contract(uuid, int, jsonb) is
  'Holds a run with a proposal {kind: new|change, columns, fields, changes, effect}; {advice: true}: writes it down only. Error IN007.';
grant execute on function ingest.propose_contract(uuid, int, jsonb) to cadastre_worker;
