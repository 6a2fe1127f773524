--! owner: cadastre_system
-- Writes an event of somebody's account. Such events happen where there is no identity yet, so the person is named
-- by the caller, one of the gateway's functions. Where it came from is what the server says of the request.
create or replace function private.record_sign_in(p_user_id uuid, p_org_id uuid, p_action text, p_object text,
                                                  p_detail jsonb default '{}', p_outcome text default 'done')
returns void
language sql security definer
set search_path = ''
as $$
  insert into audit.events (org_id, actor_id, actor_kind, action, object_kind, object_id, outcome, detail, ip, request_id)
  select coalesce(p_org_id, '00000000-0000-0000-0000-000000000000'), p_user_id,
          case when p_user_id is null then 'nobody'
               when p_org_id is null and exists (select from access.users u where u.id = p_user_id and u.is_operator) then 'operator'
               else 'user' end,
          p_action, k.kind, case when k.kind = 'user' then coalesce(p_user_id::text, p_object) else p_object end, p_outcome,
          jsonb_strip_nulls(coalesce(p_detail, '{}')
            || jsonb_build_object('session', case when k.kind = 'user' and p_object is distinct from p_user_id::text
                                                   and p_user_id is not null then p_object end)),
          private.request_ip(), nullif(left(current_setting('cadastre.request_id', true), 100), '')
    from (select case split_part(p_action, '.', 1) when 'session' then 'session' when 'invitation' then 'invitation'
                 else 'user' end as kind) k
$$;
comment on function private.record_sign_in(uuid, uuid, text, text, jsonb, text) is
  'Appends an audit event of an account: who, where, what, on which session or invitation (else the person), details without secrets, done or refused.';
revoke execute on function private.record_sign_in(uuid, uuid, text, text, jsonb, text) from public;
