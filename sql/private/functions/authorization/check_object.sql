--! owner: cadastre_system
-- Refuses an object that does not exist or is not named as its kind is. Looks down from access to data, bound late.
create or replace function private.check_object(p_object_kind text, p_object_id text) returns void
language plpgsql stable security definer
set search_path = ''
as $$
declare
  org constant uuid := private.org_id();
  fits boolean;
begin
  fits := case p_object_kind
    when 'organization' then p_object_id is null
    when 'tag' then coalesce(length(trim(p_object_id)) between 1 and 200, false)
    when 'report' then coalesce(pg_input_is_valid(p_object_id, 'uuid'), false)
    when 'folder' then coalesce(pg_input_is_valid(p_object_id, 'uuid'), false)
    when 'dataset' then coalesce(pg_input_is_valid(p_object_id, 'uuid'), false)
    else false end;
  if fits and p_object_kind = 'dataset' then
    fits := exists (select from data.datasets d where d.org_id = org and d.id = p_object_id::uuid and d.id::text = p_object_id);
  end if;
  if not fits then
    perform core.raise('AC027', 'there is no such object',
      'Kinds: organization (without an id), dataset, report, folder (with their id), tag (with its name).', 'object_id');
  end if;
end
$$;
comment on function private.check_object(text, text) is 'Raises AC027 unless the organization has such an object.';
revoke execute on function private.check_object(text, text) from public;
grant execute on function private.check_object(text, text) to cadastre_owner;
