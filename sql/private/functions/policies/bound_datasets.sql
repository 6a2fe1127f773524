--! owner: cadastre_system
-- Datasets of which whoever is asking sees some rows or values only: an enabled filter or mask that is about them binds.
-- For what holds rows outside of their tables (rejected rows, issues). Looks down from access to data: bound late.
create or replace function private.bound_datasets() returns uuid[]
language plpgsql stable parallel safe security definer
set search_path = ''
as $$
declare
  who record := private.identity();
begin
  if who.org_id is null or who.kind = 'service'
     or not exists (select from access.policies p where p.org_id = who.org_id and p.enabled and p.kind in ('row_filter', 'mask')) then
    return '{}';
  end if;
  return array(
    select d.id from data.datasets d
     where d.org_id = who.org_id
       and exists (
         select from access.policies p
          where p.org_id = who.org_id and p.enabled
            and ((p.kind = 'row_filter' and ((cardinality(p.datasets) = 0 and cardinality(p.tags) = 0) or d.id = any (p.datasets) or d.tags && p.tags))
              or (p.kind = 'mask' and (cardinality(p.datasets) = 0 or d.id = any (p.datasets))
                  and (d.tags && p.tags or exists (select from data.fields f where f.org_id = d.org_id and f.dataset_id = d.id
                        and (f.tags && p.tags or p.mask -> 'fields' ? f.name)))))
            and private.policy_covers(p.roles, p.users, who.org_id, who.user_id)));
end
$$;
comment on function private.bound_datasets() is 'Datasets that a row filter or mask shows only in part to whoever is asking.';
grant execute on function private.bound_datasets() to public;
