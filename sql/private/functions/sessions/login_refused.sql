--! owner: cadastre_system
-- Records that a sign-in was refused: with the person where the account exists, else with a digest of the address
-- that was typed, which may be somebody's password typed into the wrong field.
create or replace function private.login_refused(p_user_id uuid, p_email text, p_reason text) returns boolean
language plpgsql security definer
set search_path = ''
as $$
declare
  person uuid := p_user_id;
begin
  if person is null then
    select u.id into person from access.users u where u.email operator(public.=) p_email::public.citext;
  end if;
  perform private.record_sign_in(null, null, 'session.refuse',
    coalesce(person::text, encode(sha256(convert_to(lower(p_email), 'UTF8')), 'hex')),
    jsonb_build_object('reason', p_reason), 'refused');
  return true;
end
$$;
comment on function private.login_refused(uuid, text, text) is 'Records a refused sign-in. The gateway''s only.';
revoke execute on function private.login_refused(uuid, text, text) from public;
grant execute on function private.login_refused(uuid, text, text) to cadastre_gateway;
