--! owner: cadastre_system
-- Sends a link for a new password where the account exists. The answer is the same in any case.
create or replace function private.start_recovery(p_email text)
returns boolean
language plpgsql security definer
set search_path = ''
as $$
declare
  person access.users;
begin
  select * into person from access.users u where u.email operator(public.=) p_email::public.citext and u.status = 'active';
  if person.id is not null then
    perform private.queue_mail('recovery', person.email, person.locale, 'recovery', person.id, p_valid_for => '1 hour');
    perform private.record_sign_in(person.id, null, 'account.recover', person.id::text);
  end if;
  return true;
end
$$;
comment on function private.start_recovery(text) is
  'Starts a recovery; always true. The gateways only.';
revoke execute on function private.start_recovery(text) from public;
grant execute on function private.start_recovery(text) to cadastre_gateway;
