-- A new version of a contract, as an event.
create or replace function ops.tg_contracts__tell() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  called text;
begin
  if not private.event_is_awaited(new.org_id, 'contract.changed') then
    return null;
  end if;
  select d.name into called from data.datasets d where d.org_id = new.org_id and d.id = new.dataset_id;
  perform private.emit_event(new.org_id, 'contract.changed', 'info', 'dataset', new.dataset_id::text, called, new.dataset_id,
    format('The contract of %s has changed to version %s', called, new.version), new.change, '/datasets/' || new.dataset_id,
    jsonb_build_object('dataset', called, 'datasetId', new.dataset_id, 'version', new.version, 'change', new.change));
  return null;
end
$$;
comment on function ops.tg_contracts__tell() is 'Trigger: event contract.changed.';
