-- Refuses with 42501 unless whoever is asking holds the permission on this dataset: by a role, or by a grant or policy of
-- the dataset's own, and with nothing standing against it.
create or replace function data.require_on(permission text, dataset uuid) returns void
language plpgsql stable
set search_path = ''
as $$
begin
  if not private.may(private.org_id(), permission, dataset) then
    perform core.raise('42501', format('you need the permission %s for this', permission),
      'Ask an owner or administrator of your organization for it.');
  end if;
end
$$;
comment on function data.require_on(text, uuid) is 'Raises 42501 unless whoever is asking holds the permission on the dataset.';
