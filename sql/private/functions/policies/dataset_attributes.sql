--! owner: cadastre_system
-- What conditions may ask about a dataset. Looks down from access to data: bound late.
create or replace function private.dataset_attributes(p_org uuid, p_dataset text) returns jsonb
language plpgsql stable parallel safe
set search_path = ''
as $$
begin
  -- Whoever asks from outside may send any text for an id.
  if not pg_input_is_valid(p_dataset, 'uuid') then
    return null;
  end if;
  return (select jsonb_strip_nulls(jsonb_build_object('id', d.id, 'kind', 'dataset', 'name', d.name, 'tags', to_jsonb(d.tags),
                   'sensitivity', d.sensitivity, 'owner', u.email, 'owner_id', d.owner_id))
            from data.datasets d left join access.users u on u.id = d.owner_id
           where d.org_id = p_org and d.id = p_dataset::uuid);
end
$$;
comment on function private.dataset_attributes(uuid, text) is 'Attributes of a dataset as conditions ask for them: id, kind, name, tags, sensitivity, owner, owner_id.';
revoke execute on function private.dataset_attributes(uuid, text) from public;
