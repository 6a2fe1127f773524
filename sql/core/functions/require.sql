-- Refuses with 42501 unless whoever is asking holds the permission. The first line of every definer function.
create or replace function core.require(permission text) returns void
language plpgsql stable
set search_path = ''
as $$
begin
  if not private.has_permission(permission) then
    perform core.raise('42501', format('you need the permission %s for this', permission),
      'Ask an owner or administrator of your organization for it.');
  end if;
end
$$;
comment on function core.require(text) is 'Raises 42501 unless whoever is asking holds the permission.';
grant execute on function core.require(text) to public;
