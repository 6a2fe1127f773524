--! owner: cadastre_system
-- All that somebody may do, now or at a past moment, and why: one row a permission for the organization, and one for each
-- dataset on which the answer has reasons of its own (a grant, denial or policy). Asked as access.explain is. Looks down
-- from access to data for datasets' names, bound late.
create or replace function access.what_can(p_user text default null, at timestamptz default null)
returns table (permission text, object_kind text, object_id text, object_name text, allowed boolean, decided_by text, reasons jsonb)
language plpgsql stable security definer
set search_path = ''
rows 200
as $$
declare
  org constant uuid := private.org_id();
  person constant uuid := private.member_named(p_user);
begin
  return query
    with whole as (
      select p.key, private.explain_decision(org, person, p.key, null, null, what_can.at) as e from access.permissions p
    ), own_grant as (
      select g.* from private.as_of(org, 'grants', coalesce(what_can.at, clock_timestamp()), person) r
       cross join lateral jsonb_populate_record(null::access.grants, r) g
       where g.object_kind in ('dataset', 'tag')
    ), policy as (
      select x.* from private.as_of(org, 'policies', coalesce(what_can.at, clock_timestamp())) r
       cross join lateral jsonb_populate_record(null::access.policies, r) x
       where x.enabled and x.kind in ('permit', 'forbid')
    ), single as (
      select p.key, d.id::text as id, d.name, private.explain_decision(org, person, p.key, 'dataset', d.id::text, what_can.at) as e
        from access.permissions p
       cross join data.datasets d
       where d.org_id = org
         and (exists (select from own_grant g
                       where (g.object_kind = 'dataset' and g.object_id = d.id::text)
                          or (g.object_kind = 'tag' and g.object_id = any (d.tags)))
              or exists (select from policy x where p.key = any (x.permissions)))
    )
    select w.key, null::text, null::text, null::text, (w.e ->> 'allowed')::boolean, w.e ->> 'decided_by', w.e -> 'reasons'
      from whole w
    union all
    select s.key, 'dataset', s.id, s.name, (s.e ->> 'allowed')::boolean, s.e ->> 'decided_by', s.e -> 'reasons'
      from single s join whole w on w.key = s.key
     where s.e -> 'reasons' <> w.e -> 'reasons'
     order by 1, 4 nulls first;
end
$$;
comment on function access.what_can(text, timestamptz) is
  'All that somebody (id or e-mail address; nothing for yourself) may do and why, for the organization and for datasets where it differs; at asks about the past. Others need audit.view. Errors: AC004.';
revoke execute on function access.what_can(text, timestamptz) from public;
grant execute on function access.what_can(text, timestamptz) to cadastre_user, cadastre_worker;
