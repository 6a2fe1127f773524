--! owner: cadastre_system
-- Tags of a dataset, for grants that speak of a tag. Looks down from access to data: bound late, and asked only when
-- somebody has such a grant.
create or replace function private.dataset_tags(p_org uuid, p_dataset text) returns text[]
language plpgsql stable parallel safe
set search_path = ''
as $$
begin
  -- Whoever asks from outside may send any text for an id.
  if not pg_input_is_valid(p_dataset, 'uuid') then
    return null;
  end if;
  return (select d.tags from data.datasets d where d.org_id = p_org and d.id = p_dataset::uuid);
end
$$;
comment on function private.dataset_tags(uuid, text) is 'Tags of a dataset; null when there is none of that id.';
revoke execute on function private.dataset_tags(uuid, text) from public;
