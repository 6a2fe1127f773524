--! owner: cadastre_system
-- Whom a rule means: live members of its role, with its permission, or the one it names; of them only who may see runs
-- (of the dataset, where the event is about one), since an event tells of them. Internal.
create or replace function private.recipients(p_rule ops.notification_rules, p_dataset uuid)
returns table (user_id uuid, email text, locale text)
language sql stable
set search_path = ''
as $$
  select u.id, u.email::text, u.locale
    from access.memberships m
    join access.users u on u.id = m.user_id and u.status = 'active'
   where m.org_id = p_rule.org_id and m.status = 'active'
     and (m.user_id = p_rule.recipient_user
          or m.role_key = p_rule.recipient_role
          or (p_rule.recipient_permission is not null
              and private.member_permits(m.org_id, m.user_id, m.role_key, p_rule.recipient_permission,
                    case when p_dataset is not null then 'dataset' end, p_dataset::text, clock_timestamp())))
     and private.member_permits(m.org_id, m.user_id, m.role_key, 'run.view',
           case when p_dataset is not null then 'dataset' end, p_dataset::text, clock_timestamp())
   order by m.user_id
   limit 1000
$$;
comment on function private.recipients(ops.notification_rules, uuid) is 'Members that a notification rule tells. Internal.';
revoke execute on function private.recipients(ops.notification_rules, uuid) from public;
