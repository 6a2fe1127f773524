-- Changes a contract, one new version a call. Changes, each an object:
--   {"op": "add", "field": {...}}                  a new field; rows there already have null
--   {"op": "widen", "name": n, "type": t}          integer -> bigint -> numeric, numeric(p,s) -> wider, anything -> text
--   {"op": "rename", "name": n, "to": m}           history is renamed with it; the file's name stays matched
--   {"op": "retire", "name": n}                    hidden and no longer loaded; its values stay in the history
--   {"op": "rules", "name": n, "field": {...}}     required, range, pattern, allowed values, not in future, references
--   {"op": "alias", "name": n, "sourceName": s}    what files call it from now on; its names before stay matched
--   {"op": "evolution", "columns": e, "types": e}  what happens when a file brings others: evolve, freeze, discard_row,
--                                                  discard_value
--   {"op": "business_date", "name": n}            since when a row's statement is true in the world; null: there is none
--   {"op": "gate", "maxRejectedShare": 0.1, "gateMinRows": 100}
-- A widened field's old versions are read in the wider type too.
create or replace function data.alter_dataset(dataset_id uuid, changes jsonb, reason text default '') returns data.datasets
language plpgsql security definer
set search_path = ''
as $$
declare
  n record;
  change jsonb;
  d data.datasets;
  max_changes constant int := 100;
begin
  perform data.require_on('dataset.edit', alter_dataset.dataset_id);
  n := data.dataset_names(alter_dataset.dataset_id);
  if jsonb_typeof(changes) is distinct from 'array' or jsonb_array_length(changes) not between 1 and max_changes then
    perform core.raise('DS008', format('give 1 to %s changes', max_changes), 'Give the changes as a JSON array.', 'changes');
  end if;
  perform 1 from data.datasets x where x.org_id = n.org_id and x.id = alter_dataset.dataset_id for update;
  -- A type cannot change under a view or a generated column; both come back below. Views of models over them go too, and
  -- are made anew by their pipelines (ingest.tg_contracts__remake_views).
  perform data.drop_past_functions(alter_dataset.dataset_id);
  perform data.run_as_views(format('drop view %s, %s cascade', n.history_view, n.current_view));
  perform data.drop_filters(n.current_table);
  perform data.drop_filters(n.history_table);
  execute format('alter table %s drop column data_hash; alter table %s drop column data_hash', n.current_table, n.history_table);
  for change in select e from jsonb_array_elements(changes) e loop
    perform data.apply_change(alter_dataset.dataset_id, change);
  end loop;
  execute format('alter table %1$s add column data_hash bytea generated always as (%3$s) virtual;
                  alter table %2$s add column data_hash bytea generated always as (%3$s) virtual',
    n.current_table, n.history_table, data.hash_expression(alter_dataset.dataset_id));
  update data.datasets x set contract_version = contract_version + 1
   where x.org_id = n.org_id and x.id = alter_dataset.dataset_id returning * into d;
  perform data.record_contract(d.id, d.contract_version, coalesce(reason, ''));
  perform data.make_triggers(d.id, n.current_table);
  perform data.apply_filters(d.id, n.current_table, false);
  perform data.apply_filters(d.id, n.history_table, true);
  perform data.make_views(d.id);
  perform audit.record('dataset.alter', 'dataset', d.id::text,
    jsonb_build_object('changes', changes, 'reason', reason, 'contract_version', d.contract_version));
  return d;
end
$$;
comment on function data.alter_dataset(uuid, jsonb, text) is
  'Changes a dataset''s contract: [{op: add|widen|rename|retire|rules|alias|evolution|business_date|gate, ...}]; one new contract version. Needs dataset.edit. Errors: DS001 to DS012, DS014.';
grant execute on function data.alter_dataset(uuid, jsonb, text) to cadastre_user, cadastre_worker;
