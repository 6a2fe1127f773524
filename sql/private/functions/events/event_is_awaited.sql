--! owner: cadastre_system
-- Does anybody want to hear of events of this kind? Asked before an event is put together: where nobody does, that is all
-- it costs.
create or replace function private.event_is_awaited(p_org uuid, p_kind text) returns boolean
language sql stable security definer
set search_path = ''
as $$
  select exists (select from ops.notification_rules r
                  where r.org_id = p_org and r.enabled and r.event_kind in (p_kind, split_part(p_kind, '.', 1) || '.*'))
      or exists (select from ops.webhooks w
                  where w.org_id = p_org and w.active
                    and (p_kind = any (w.event_kinds) or split_part(p_kind, '.', 1) || '.*' = any (w.event_kinds)))
$$;
comment on function private.event_is_awaited(uuid, text) is 'True where a rule or webhook of the organization is for events of the kind. Internal.';
revoke execute on function private.event_is_awaited(uuid, text) from public;
grant execute on function private.event_is_awaited(uuid, text) to cadastre_owner;
