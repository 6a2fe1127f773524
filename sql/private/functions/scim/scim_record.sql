--! owner: cadastre_system
-- An audit event of a directory's doing: a service's, with the token it used.
create or replace function private.scim_record(p_org uuid, p_token uuid, p_action text, p_kind text, p_object text, p_detail jsonb default '{}')
returns void
language sql security definer
set search_path = ''
as $$
  insert into audit.events (org_id, actor_kind, action, object_kind, object_id, detail, request_id)
  values (p_org, 'service', p_action, p_kind, p_object,
          jsonb_strip_nulls(p_detail || jsonb_build_object('scim_token', p_token, 'ip', nullif(current_setting('cadastre.ip', true), ''))),
          nullif(left(current_setting('cadastre.request_id', true), 100), ''))
$$;
comment on function private.scim_record(uuid, uuid, text, text, text, jsonb) is 'Appends an audit event of a SCIM request.';
revoke execute on function private.scim_record(uuid, uuid, text, text, text, jsonb) from public;
