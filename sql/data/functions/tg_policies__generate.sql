-- After a change of row filters and masks: every dataset that one of them is or was about gets its policies and views made
-- anew, in the same transaction. Permits and forbids are asked as rows and need nothing made. A row that changed nothing
-- but its name makes nothing.
create or replace function data.tg_policies__generate() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  d uuid;
begin
  if tg_op = 'UPDATE' and (old.kind, old.datasets, old.tags, old.condition, old.mask, old.priority, old.enabled)
     is not distinct from (new.kind, new.datasets, new.tags, new.condition, new.mask, new.priority, new.enabled)
     -- Whether it names anybody at all (private.binds_sql); whom it names is asked as rows.
     and (cardinality(old.roles) = 0 and cardinality(old.users) = 0) = (cardinality(new.roles) = 0 and cardinality(new.users) = 0) then
    return null;
  end if;
  if tg_op <> 'INSERT' and old.kind in ('row_filter', 'mask') or tg_op <> 'DELETE' and new.kind in ('row_filter', 'mask') then
    if tg_op <> 'DELETE' and new.mask ->> 'kind' = 'hash' then
      insert into private.mask_keys (org_id) values (new.org_id) on conflict do nothing;
    end if;
    for d in select x.id from data.datasets x where x.org_id = private.org_id() order by x.id loop
      -- Each is locked for its new policies, so only those are that are meant.
      if (tg_op <> 'INSERT' and data.policy_touches(old, d)) or (tg_op <> 'DELETE' and data.policy_touches(new, d)) then
        perform data.apply_policies(d);
      end if;
    end loop;
  end if;
  return null;
end
$$;
comment on function data.tg_policies__generate() is 'Trigger: makes filters and masked views anew when policies change.';
