--! owner: cadastre_system
-- The columns that a condition may name, with their types: {"region": "text"}. Of the asker's organization only.
create or replace function private.condition_types(p_dataset uuid) returns jsonb
language plpgsql stable parallel safe security definer
set search_path = ''
as $$
begin
  return (select coalesce(jsonb_object_agg(f.name, f.type), '{}') from data.fields f
           where f.org_id = private.org_id() and f.dataset_id = p_dataset and f.retired_at is null);
end
$$;
comment on function private.condition_types(uuid) is 'Columns of a dataset with their types, for conditions.';
revoke execute on function private.condition_types(uuid) from public;
grant execute on function private.condition_types(uuid) to cadastre_owner;
