-- An incident that was opened, as an event: which rule of which dataset, not what the rows hold. What its title counts is
-- told to those alone who may see the dataset's loads.
create or replace function ops.tg_incidents__tell() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  dataset text;
begin
  -- A missed target and a late dataset are events of their own.
  if new.rule_name like 'target: %' or not private.event_is_awaited(new.org_id, 'quality.incident') then
    return null;
  end if;
  -- Whoever writes without an organization of their own (an administrator) is shown no dataset.
  select d.name into dataset from data.datasets d where d.org_id = new.org_id and d.id = new.dataset_id;
  dataset := coalesce(dataset, 'a dataset');
  perform private.emit_event(
    new.org_id, 'quality.incident', new.severity, 'incident', new.id::text, dataset || ' ' || new.rule_name, new.dataset_id,
    format('%s: rule %s failed', dataset, new.rule_name), new.title, '/incidents/' || new.id,
    jsonb_build_object('incidentId', new.id, 'dataset', dataset, 'datasetId', new.dataset_id, 'rule', new.rule_name, 'severity', new.severity,
      'checkId', new.last_check, 'dueAt', new.due_at));
  return null;
end
$$;
comment on function ops.tg_incidents__tell() is 'Trigger: event quality.incident.';
