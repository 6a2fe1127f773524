--! owner: cadastre_system
-- Tells what must not pass unseen (an erasure that waits for approval, a hold that ends) to everybody who may approve
-- compliance, in the application, whatever the organization's rules say; rules and webhooks get it as an event beside.
-- How many were told. Members and their permissions are not for whoever causes it to see, so the system role writes.
create or replace function private.tell_compliance(
  p_org uuid, p_kind text, p_object_kind text, p_object_id text, p_dataset uuid, p_title text, p_body text, p_link text, p_data jsonb
) returns int
language plpgsql security definer
set search_path = ''
as $$
declare
  told int;
  most constant int := 1000;
begin
  insert into ops.notifications (org_id, user_id, event_kind, severity, title, body, link, object_kind, object_id, dataset_id)
  select p_org, m.user_id, p_kind, 'warning', left(p_title, 300), left(p_body, 2000), p_link, p_object_kind, p_object_id, p_dataset
    from access.memberships m
    join access.users u on u.id = m.user_id and u.status = 'active'
   where m.org_id = p_org and m.status = 'active'
     and private.member_permits(m.org_id, m.user_id, m.role_key, 'compliance.approve', null, null, clock_timestamp())
   order by m.user_id
   limit most;
  -- A mail has the body alone, so the title is in it.
  get diagnostics told = row_count;
  perform private.emit_event(p_org, p_kind, 'warning', p_object_kind, p_object_id, p_object_id, p_dataset, p_title,
    concat_ws('. ', p_title, p_body), p_link, p_data);
  return told;
end
$$;
comment on function private.tell_compliance(uuid, text, text, text, uuid, text, text, text, jsonb) is
  'Tells everybody who may approve compliance, and the event to rules and webhooks; how many people were told. Internal.';
revoke execute on function private.tell_compliance(uuid, text, text, text, uuid, text, text, text, jsonb) from public;
grant execute on function private.tell_compliance(uuid, text, text, text, uuid, text, text, text, jsonb) to cadastre_owner;
