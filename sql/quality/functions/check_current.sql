-- Rules over a dataset's rows in force, as quality.check_relation asks them of any rows, but from what the check before found
-- where that goes on: {rows, rules, carried: how many rules were not asked of all rows}. p_road: see private.carried_checks.
--
-- What is known was known of a snapshot. The rows that changed since (private.changed_rows) tell what went and what came, and
-- the sum is what a whole scan would find (a property test holds the two together); what does not go on is asked of all rows.
-- What comes of it is kept for the next check unless somebody wrote while it ran: then the statements of this one have not
-- all seen the same, and the next goes on from the check before. Internal.
create or replace function quality.check_current(p_dataset uuid, p_check uuid, p_road text, p_rules jsonb) returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  n record := data.dataset_names(p_dataset);
  state private.carried_checks;
  contract int;
  rules jsonb;
  seen pg_snapshot;
  lock text;
  changed jsonb;
  moved boolean := false;
  carried jsonb := '[]';
  rest jsonb;
  total bigint;
  others uuid[];
  saw_own constant boolean := p_road = 'load';
begin
  -- An erasure, which makes no versions, has ended before this begins, or waits for its end.
  for lock in select distinct x.current_table from (
      select p_dataset as id union select jsonb_array_elements_text(r #> '{carry,others}')::uuid from jsonb_array_elements(p_rules) r) o
      cross join lateral data.dataset_names(o.id) x order by 1 loop
    execute format('lock table %s in access share mode', lock);
  end loop;
  seen := pg_current_snapshot();
  select d.contract_version into contract from data.datasets d where d.org_id = n.org_id and d.id = p_dataset;
  select coalesce(jsonb_agg(r || jsonb_build_object('digest', encode(sha256(convert_to(concat_ws(E'\n', contract, r ->> 'kind', r ->> 'fails', r ->> 'prepare',
           r ->> 'measure', r ->> 'carry', current_setting('TimeZone'), current_setting('DateStyle'),
           (select string_agg(d.contract_version::text, ' ') from data.datasets d where d.org_id = n.org_id and r #> '{carry,others}' ? d.id::text)), 'UTF8')), 'hex'))), '[]')
    into rules from jsonb_array_elements(p_rules) r;
  select * into state from private.carried_checks c where c.org_id = n.org_id and c.dataset_id = p_dataset and c.road = p_road;
  -- A second check within one transaction cannot tell what of it the first has seen.
  if state.org_id is not null and state.contract_version = contract and state.txid is distinct from pg_current_xact_id_if_assigned() and state.at <= now() then
    changed := private.changed_rows(p_dataset, state.snapshot, state.txid, state.saw_own, state.row_count);
  end if;
  if changed is not null then
    seen := (changed ->> 'snapshot')::pg_snapshot;
    moved := (changed ->> 'rows')::bigint > 0;
    total := state.row_count;
    if moved then
      select total + count(*) filter (where d.side$ = 'new') - count(*) filter (where d.side$ = 'old' and d.change_type <> 'delete')
        into total from pg_temp.cadastre_delta d;
    end if;
    carried := quality.carry_rules(p_dataset, p_check, state.check_id, (
      select coalesce(jsonb_agg(r), '[]') from jsonb_array_elements(rules) r
       where r -> 'digest' = state.rules #> array[r ->> 'rule_id', 'digest']
         and coalesce((state.rules #>> array[r ->> 'rule_id', 'expires'])::timestamptz > now(), true)
         and (not r -> 'carry' ? 'others' or private.versions_since(n.org_id, array(select jsonb_array_elements_text(r #> '{carry,others}')::uuid),
                state.snapshot, state.txid, state.saw_own) = 0)), state.rules, total, moved);
    select coalesce(jsonb_agg(c), '[]') into carried from jsonb_array_elements(carried) c where not c ? 'again';
  end if;
  select coalesce(jsonb_agg(r), '[]') into rest from jsonb_array_elements(rules) r
   where not exists (select from jsonb_array_elements(carried) c where c -> 'no' = r -> 'no');
  if rest <> '[]' then
    rest := quality.check_relation(p_dataset, p_check, n.current_table, n.current_table, rest);
  end if;
  -- Whoever read all rows has counted them.
  if total is null then
    select max((r ->> 'rows')::bigint) into total from jsonb_array_elements(rest) r;
  end if;
  if total is null then
    execute format('select count(*) from %s', n.current_table) into total;
  end if;
  rules := carried || rest;
  others := array(select distinct jsonb_array_elements_text(r #> '{carry,others}')::uuid from jsonb_array_elements(rest) r);
  -- Rules that were asked of the changed rows alone have seen one snapshot, whoever wrote since.
  if private.versions_since(n.org_id, others || p_dataset, case when rest = '[]' and not exists (
       select from jsonb_array_elements(carried) c where c -> 'carry' ?| '{groups,others}') then pg_current_snapshot() else seen end, pg_current_xact_id(), saw_own) = 0 then
    perform quality.keep_check(p_dataset, p_check, p_road, seen::text, saw_own, contract, total, rules);
  else
    -- Nothing of it is kept, its pairs neither: nobody would go on from them.
    delete from private.carried_pairs p where p.org_id = n.org_id and p.dataset_id = p_dataset and p.check_id = p_check;
  end if;
  return jsonb_build_object('rows', total, 'rules', rules, 'carried', jsonb_array_length(carried));
end
$$;
comment on function quality.check_current(uuid, uuid, text, jsonb) is 'Asks rules of a dataset''s rows in force, from what the check before found. Internal.';
