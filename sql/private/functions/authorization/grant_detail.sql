--! owner: cadastre_system
-- A grant as the audit trail tells it.
create or replace function private.grant_detail(p_grant access.grants) returns jsonb
language sql immutable
set search_path = ''
as $$
  select jsonb_strip_nulls(to_jsonb(p_grant)) - array['org_id', 'id', 'created_at']
$$;
comment on function private.grant_detail(access.grants) is 'What, to whom, on what, until when, why: for the audit trail.';
revoke execute on function private.grant_detail(access.grants) from public;
grant execute on function private.grant_detail(access.grants) to cadastre_owner;
