--! owner: cadastre_system
-- What follows from a new second factor: this session has shown it and is no longer pending, the others end, and with the
-- first one come recovery codes.
create or replace function private.enrolled(p_own private.sessions, p_kind text, p_code_hashes bytea[])
returns boolean
language plpgsql security definer
set search_path = ''
as $$
declare
  codes_made boolean := false;
begin
  update private.sessions s
     set factor_at = clock_timestamp(), factor_kind = p_kind, pending = false
   where s.id = p_own.id;
  -- Sessions opened before there was a factor have not shown it: they end.
  perform private.end_sessions(p_own.user_id, 'everywhere', p_own.id);
  if not exists (select from private.recovery_codes c where c.user_id = p_own.user_id) then
    insert into private.recovery_codes (code_hash, user_id) select h, p_own.user_id from unnest(p_code_hashes) h;
    codes_made := true;
  end if;
  perform private.queue_mail('factor_added', u.email, u.locale, p_user_id => u.id, p_data => jsonb_build_object('kind', p_kind))
     from access.users u where u.id = p_own.user_id;
  perform private.record_sign_in(p_own.user_id, p_own.org_id, 'factor.add', p_own.id::text, jsonb_build_object('kind', p_kind));
  return codes_made;
end
$$;
comment on function private.enrolled(private.sessions, text, bytea[]) is
  'Finishes an enrolment; true when the recovery codes were kept.';
revoke execute on function private.enrolled(private.sessions, text, bytea[]) from public;
