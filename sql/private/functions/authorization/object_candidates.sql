--! owner: cadastre_system
-- Ids of the single objects about which a member's grants or the organization's policies say something for this
-- permission (p_allow: something for it, else against it). Candidates only: private.permits has the last word on each.
-- A tag's grant or policy stands for the datasets that carry it; a policy that names no objects but has a condition may
-- speak of any dataset. What is said of somebody who delegated to the member counts too, since a delegation holds on an
-- object as far as theirs does. Looks down from access to data, bound late.
create or replace function private.object_candidates(
  p_org uuid, p_user uuid, p_permission text, p_kind text, p_allow boolean
) returns setof text
language plpgsql stable parallel safe
set search_path = ''
rows 10
as $$
declare
  moment timestamptz := clock_timestamp();
  people uuid[];
  ids text[];
  grant_tags text[];
  policies access.policies[];
begin
  people := p_user || array(
    select g.delegated_by from access.grants g
     where g.org_id = p_org and g.user_id = p_user and g.revoked_at is null
       and g.ends_at > moment and g.starts_at <= moment and g.delegated_by is not null);
  select array_agg(g.object_id) filter (where g.object_kind = p_kind),
         array_agg(g.object_id) filter (where g.object_kind = 'tag')
    into ids, grant_tags
    from access.grants g
   where g.org_id = p_org and g.user_id = any (people) and g.revoked_at is null
     and g.ends_at > moment and g.starts_at <= moment
     and g.object_kind <> 'organization' and (g.effect = 'allow') = p_allow
     and (g.permission = p_permission
          or exists (select from private.role_closure c where c.role_key = g.system_role and c.permission = p_permission)
          or exists (select from private.org_role_closure c
                      where c.org_id = p_org and c.role_key = g.own_role and c.permission = p_permission));
  return query select distinct i from unnest(ids) i;
  if p_kind <> 'dataset' then
    return;
  end if;
  if grant_tags is not null then
    return query select d.id::text from data.datasets d where d.org_id = p_org and d.tags && grant_tags;
  end if;
  select array_agg(p) into policies
    from access.policies p
   where p.org_id = p_org and p.enabled and p.kind in ('permit', 'forbid') and p_permission = any (p.permissions)
     and (p.kind = 'permit') = p_allow
     and (cardinality(p.datasets) > 0 or cardinality(p.tags) > 0 or p.condition is not null);
  if policies is not null then
    return query
      select d.id::text from data.datasets d
       where d.org_id = p_org
         and exists (select from unnest(policies) p
                      where d.id = any (p.datasets) or d.tags && p.tags
                         or (cardinality(p.datasets) = 0 and cardinality(p.tags) = 0));
  end if;
end
$$;
comment on function private.object_candidates(uuid, uuid, text, text, boolean) is
  'Ids of objects about which a grant or policy says something for (or against) a member''s permission.';
revoke execute on function private.object_candidates(uuid, uuid, text, text, boolean) from public;
