-- What every road back to earlier versions begins with: the permission, nothing hidden from whoever asks (a restore would
-- write what they cannot see), a valid answer to conflicts, the reason, and, where it is not only tried, the lock that
-- loads take too. Returns the reason. Errors: 42501, 22023, HS001, HS002. Internal.
create or replace function data.begin_restore(p_dataset uuid, p_permission text, p_dry_run boolean, p_on_conflict text, p_reason text) returns text
language plpgsql
set search_path = ''
as $$
declare
  n record;
begin
  perform data.require_on(p_permission, p_dataset);
  n := data.dataset_names(p_dataset);
  if p_dataset = any (private.bound_datasets()) then
    perform core.raise('42501', 'some rows or values of this dataset are hidden from you', 'Ask somebody who sees all of it.');
  elsif coalesce(p_on_conflict, '') not in ('abort', 'skip', 'force') then
    perform core.raise('22023', 'what is to be done about conflicts is not one of the three', 'Use abort, skip or force.', 'on_conflict');
  end if;
  if p_dry_run then
    return null;
  end if;
  if nullif(trim(p_reason), '') is not null then
    perform set_config('cadastre.reason', p_reason, true);
  end if;
  p_reason := data.change_reason(n.org_id);
  -- The dataset's row before its table, as loads and changes of contract take them. Writers wait, readers go on.
  perform 1 from data.datasets d where d.org_id = n.org_id and d.id = p_dataset for no key update;
  execute format('lock table %s in share row exclusive mode', n.current_table);
  return p_reason;
end
$$;
comment on function data.begin_restore(uuid, text, boolean, text, text) is
  'Permission, reason and lock for going back to earlier versions. Errors: 42501, 22023, HS001, HS002. Internal.';
revoke execute on function data.begin_restore(uuid, text, boolean, text, text) from public;
