-- The audit trail is only ever added to.
create or replace function audit.tg_events__refuse() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  perform core.raise('42501', format('audit events are append-only: %s is refused', tg_op), 'Record a new event instead.');
  return null;
end
$$;
comment on function audit.tg_events__refuse() is 'Trigger: refuses UPDATE, DELETE and TRUNCATE of audit events.';
