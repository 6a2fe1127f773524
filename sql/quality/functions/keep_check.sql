-- Keeps what a check found for the next one (private.carried_checks). Internal.
create or replace function quality.keep_check(p_dataset uuid, p_check uuid, p_road text, p_seen text, p_saw_own boolean, p_contract int,
                                              p_rows bigint, p_rules jsonb) returns void
language plpgsql
set search_path = ''
as $$
declare
  org uuid := private.org_id();
begin
  insert into private.carried_checks as c (org_id, dataset_id, road, check_id, snapshot, saw_own, contract_version, row_count, rules)
  select org, p_dataset, p_road, p_check, p_seen::pg_snapshot, p_saw_own, p_contract, p_rows,
         coalesce(jsonb_object_agg(r ->> 'rule_id', jsonb_build_object('digest', r -> 'digest', 'failures', r -> 'failures', 'parts', r -> 'parts', 'expires', r -> 'expires'))
           filter (where r -> 'carry' <> 'null'), '{}')
    from jsonb_array_elements(p_rules) r
  on conflict (org_id, dataset_id, road) do update
     set check_id = excluded.check_id, snapshot = excluded.snapshot, txid = excluded.txid, saw_own = excluded.saw_own, at = excluded.at,
         contract_version = excluded.contract_version, row_count = excluded.row_count, rules = excluded.rules;
  delete from private.carried_pairs p
   where p.org_id = org and p.dataset_id = p_dataset
     and not exists (select from private.carried_checks c where c.org_id = org and c.dataset_id = p_dataset
                        and c.rules #>> array[p.rule_id::text, 'parts', 'pairs'] = p.check_id::text);
  perform private.drop_seen_keys(org, p_dataset);
end
$$;
comment on function quality.keep_check(uuid, uuid, text, text, boolean, int, bigint, jsonb) is 'Keeps what a check found for the next one. Internal.';
