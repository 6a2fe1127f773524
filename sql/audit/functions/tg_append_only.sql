-- What seals the trail is only ever added to.
create or replace function audit.tg_append_only() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  perform core.raise('42501', format('%s is append-only: %s is refused', tg_table_name, tg_op), 'Nothing of the audit trail is changed or removed.');
  return null;
end
$$;
comment on function audit.tg_append_only() is 'Trigger: refuses UPDATE, DELETE and TRUNCATE of what seals the trail.';
