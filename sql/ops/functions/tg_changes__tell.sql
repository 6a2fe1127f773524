-- Changes of datasets as events: where to read on is told, not what the rows hold.
create or replace function ops.tg_changes__tell() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  c record;
begin
  for c in
    select m.org_id, m.dataset_id, d.name, sum(m.inserted_rows) as inserted, sum(m.updated_rows) as updated, sum(m.deleted_rows) as deleted,
           min(m.number) as first_number, max(m.number) as last_number, min(m.txid::text) as txid, min(m.kind) as kind,
           (array_agg(m.run_id))[1] as run_id
      from made m join data.datasets d on d.org_id = m.org_id and d.id = m.dataset_id
     where private.event_is_awaited(m.org_id, 'dataset.changed')
     group by m.org_id, m.dataset_id, d.name
  loop
    perform private.emit_event(c.org_id, 'dataset.changed', 'info', 'dataset', c.dataset_id::text, c.name, c.dataset_id,
      format('%s has changed', c.name), '', '/datasets/' || c.dataset_id,
      jsonb_build_object('dataset', c.name, 'datasetId', c.dataset_id, 'kind', c.kind, 'runId', c.run_id, 'inserted', c.inserted,
        'updated', c.updated, 'deleted', c.deleted, 'after', c.txid || '.' || (c.first_number - 1), 'cursor', c.txid || '.' || c.last_number));
  end loop;
  return null;
end
$$;
comment on function ops.tg_changes__tell() is 'Trigger: event dataset.changed.';
