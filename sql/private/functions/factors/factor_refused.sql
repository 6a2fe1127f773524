--! owner: cadastre_system
-- A proof that was wrong, for the audit trail.
create or replace function private.factor_refused(p_user_id uuid, p_kind text, p_session_id uuid default null)
returns boolean
language plpgsql security definer
set search_path = ''
as $$
begin
  perform private.record_sign_in(p_user_id, null, 'factor.refuse', coalesce(p_session_id, p_user_id)::text,
    jsonb_build_object('kind', p_kind), 'refused');
  return true;
end
$$;
comment on function private.factor_refused(uuid, text, uuid) is
  'Records a refused proof. The gateways only.';
revoke execute on function private.factor_refused(uuid, text, uuid) from public;
grant execute on function private.factor_refused(uuid, text, uuid) to cadastre_gateway;
