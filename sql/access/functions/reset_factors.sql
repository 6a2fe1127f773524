--! owner: cadastre_system
-- For somebody who lost their second factor and their recovery codes: by the command line alone, since no organization's
-- administrator may take a factor from an account that also belongs to others. The person is told by mail, every session
-- of theirs ends, and an organization that requires a factor asks for a new one at the next sign-in.
create or replace function access.reset_factors(email text) returns uuid
language plpgsql security definer
set search_path = ''
as $$
declare
  person access.users;
begin
  perform core.require('platform.manage');
  if (private.identity()).kind <> 'service' then
    perform core.raise('42501', 'second factors are reset by the command line', 'Use cadastre user reset-factors on the machine.');
  end if;
  select * into person from access.users u where u.email operator(public.=) reset_factors.email::public.citext;
  if person.id is null then
    perform core.raise('AC004', 'there is no such account', 'Check the address.', 'email');
  end if;
  delete from private.totp_factors f where f.user_id = person.id;
  delete from private.passkeys p where p.user_id = person.id;
  delete from private.recovery_codes c where c.user_id = person.id;
  perform private.end_sessions(person.id, 'revoked');
  perform private.queue_mail('factor_removed', person.email, person.locale, p_user_id => person.id, p_data => '{"kind": "all"}');
  perform audit.record('factor.reset', 'user', person.id::text);
  return person.id;
end
$$;
comment on function access.reset_factors(text) is
  'Removes all second factors of an account and ends its sessions. Needs platform.manage, on the command line. Errors: AC004.';
revoke execute on function access.reset_factors(text) from public;
grant execute on function access.reset_factors(text) to cadastre_worker;
