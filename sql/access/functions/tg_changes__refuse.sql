-- Versions of access are added, closed once, and never changed or removed; nor is a table that has versions truncated,
-- which would leave them open.
create or replace function access.tg_changes__refuse() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if tg_op = 'UPDATE' then
    if old.valid_to is null and new.valid_to is not null
       and (to_jsonb(new) - array['valid_to', 'ended_by']) = (to_jsonb(old) - array['valid_to', 'ended_by']) then
      return new;
    end if;
  end if;
  perform core.raise('42501', format('the history of access is append-only: %s of %s is refused', tg_op, tg_table_name),
    'Change the row itself; its versions follow.');
  return null;
end
$$;
comment on function access.tg_changes__refuse() is 'Trigger: refuses whatever is not closing an open version.';
