-- Masks are part of the generated views: one that comes, changes or goes changes what their columns are made from. Fires after
-- policies__generate, which makes the views anew.
create or replace function lineage.tg_policies__views() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  d uuid;
begin
  for d in
    select x.id from data.datasets x
     where x.org_id = private.org_id()
       and ((tg_op <> 'INSERT' and data.policy_touches(old, x.id)) or (tg_op <> 'DELETE' and data.policy_touches(new, x.id)))
     order by x.id
  loop
    perform lineage.refresh_views(d);
  end loop;
  return null;
end
$$;
comment on function lineage.tg_policies__views() is 'Trigger: renews the column lineage of generated views when a mask changes.';
drop trigger if exists policies__lineage on access.policies;
drop trigger if exists policies__lineage_ended on access.policies;
create trigger policies__lineage after insert or update on access.policies
  for each row when (new.kind = 'mask') execute function lineage.tg_policies__views();
create trigger policies__lineage_ended after delete on access.policies
  for each row when (old.kind = 'mask') execute function lineage.tg_policies__views();
