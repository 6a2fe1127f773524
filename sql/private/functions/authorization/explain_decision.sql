--! owner: cadastre_system
-- The same answer as private.member_permits, with its reasons, now or at a past moment: {allowed, decided_by, reasons:
-- [{source: membership|role|own_role|grant|delegation|denial|policy, counts, name, via, id, until, by, reason}]}. Reads
-- the versions in access.changes, also for the present, so it shares no query with what decides; a property test holds the
-- two to each other. decided_by is the source of the reason that decided, or 'nothing'.
--
-- Of the past it knows: memberships, roles of the organization's own, grants, delegations, policies and attributes. Taken
-- as they are today: what system roles hold (a release changes that), tags of datasets, whether an account is disabled.
create or replace function private.explain_decision(
  p_org uuid, p_user uuid, p_permission text, p_object_kind text default null, p_object_id text default null,
  p_at timestamptz default null, p_delegated boolean default true
) returns jsonb
language plpgsql stable
set search_path = ''
as $$
declare
  moment constant timestamptz := coalesce(p_at, clock_timestamp());
  member jsonb;
  reasons jsonb := '[]';
  verdict jsonb;
  tags text[] := case when p_object_kind = 'dataset' then private.dataset_tags(p_org, p_object_id) end;
  g record;
  held boolean;
begin
  select r into member from private.as_of(p_org, 'memberships', moment, p_user) r;
  if member is null or member ->> 'status' <> 'active' or starts_with(p_permission, 'platform.')
     or not exists (select from access.users u join tenancy.organizations o on o.id = p_org and o.status = 'active'
                     where u.id = p_user and u.status = 'active') then
    return jsonb_build_object('allowed', false, 'decided_by', 'membership', 'reasons', jsonb_build_array(
      jsonb_build_object('source', 'membership', 'counts', true, 'name', case
        when starts_with(p_permission, 'platform.') then 'the platform''s own'
        when member is null then 'not a member'
        when member ->> 'status' <> 'active' then member ->> 'status'
        else 'disabled' end)));
  end if;
  if exists (select from private.role_closure c where c.role_key = member ->> 'role_key' and c.permission = p_permission) then
    reasons := reasons || jsonb_build_object('source', 'role', 'counts', true, 'name', member ->> 'role_key',
      'via', private.system_role_source(member ->> 'role_key', p_permission));
  end if;
  reasons := reasons || coalesce((
    select jsonb_agg(jsonb_build_object('source', 'own_role', 'counts', true, 'name', s.role_key, 'via', s.via) order by s.role_key, s.via)
      from private.own_role_sources(p_org, p_permission, moment) s
     where s.role_key in (select r ->> 'role_key' from private.as_of(p_org, 'membership_roles', moment, p_user) r)), '[]');
  for g in
    select x.*
      from private.as_of(p_org, 'grants', moment, p_user) r
     cross join lateral jsonb_populate_record(null::access.grants, r) x
     where x.revoked_at is null and x.starts_at <= moment and x.ends_at > moment
       and (x.object_kind = 'organization'
            or (x.object_kind = p_object_kind and x.object_id = p_object_id)
            or (x.object_kind = 'tag' and x.object_id = any (tags)))
       and (x.permission = p_permission
            or exists (select from private.role_closure c where c.role_key = x.system_role and c.permission = p_permission)
            or x.own_role in (select s.role_key from private.own_role_sources(p_org, p_permission, moment) s))
     order by x.starts_at, x.id
  loop
    if g.delegated_by is not null then
      continue when not p_delegated;
      held := (private.explain_decision(p_org, g.delegated_by, p_permission, p_object_kind, p_object_id, p_at, false) ->> 'allowed')::boolean;
    else
      held := true;
    end if;
    reasons := reasons || jsonb_strip_nulls(jsonb_build_object(
      'source', case when g.effect = 'deny' then 'denial' when g.delegated_by is not null then 'delegation' else 'grant' end,
      'counts', held, 'name', coalesce(g.permission, g.system_role, g.own_role), 'id', g.id, 'until', g.ends_at,
      'object_kind', nullif(g.object_kind, 'organization'), 'object_id', g.object_id, 'reason', nullif(g.reason, ''),
      'by', (select u.email from access.users u where u.id = coalesce(g.delegated_by, g.granted_by))));
  end loop;
  -- What the request of somebody else will look like nobody knows; one's own is known.
  verdict := case
    when p_at is not null then private.past_verdict(p_org, p_user, member, p_permission, p_object_kind, p_object_id, p_at)
    when p_user = private.user_id() then
      private.policy_verdict(p_org, p_user, p_permission, coalesce(p_object_kind, 'organization'), p_object_id)
    else private.policy_verdict(p_org, p_user, p_permission, coalesce(p_object_kind, 'organization'), p_object_id, null,
           jsonb_build_object('time', moment, 'weekday', extract(isodow from moment at time zone 'UTC')::int)) end;
  if verdict is not null then
    reasons := reasons || jsonb_build_object('source', 'policy', 'counts', true, 'name', verdict ->> 'name',
      'id', verdict ->> 'policy', 'effect', verdict ->> 'effect');
  end if;
  return (
    select jsonb_build_object('allowed', coalesce(first.r ->> 'source' <> 'denial' and first.r ->> 'effect' is distinct from 'deny', false),
                              'decided_by', coalesce(first.r ->> 'source', 'nothing'), 'reasons', reasons)
      from (select 1) one
      left join lateral (
        select r from jsonb_array_elements(reasons) with ordinality e (r, place)
         where (r ->> 'counts')::boolean
         order by case when r ->> 'source' = 'denial' then 0
                       when r ->> 'effect' = 'deny' then 1
                       when r ->> 'source' = 'role' then 2
                       when r ->> 'source' = 'own_role' then 3
                       when r ->> 'source' = 'grant' then 4
                       when r ->> 'source' = 'delegation' then 5
                       else 6 end, place
         limit 1) first on true);
end
$$;
comment on function private.explain_decision(uuid, uuid, text, text, text, timestamptz, boolean) is
  'Whether a member may (or might, at a moment) do something, with every reason for and against: {allowed, decided_by, reasons}.';
revoke execute on function private.explain_decision(uuid, uuid, text, text, text, timestamptz, boolean) from public;
