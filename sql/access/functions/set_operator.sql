--! owner: cadastre_system
-- Makes somebody a platform operator, or none any more: by the command line alone, which holds the installation's key, so that
-- no operator makes another.
create or replace function access.set_operator(email text, is_operator boolean, password_hash text default null)
returns boolean
language plpgsql security definer
set search_path = ''
as $$
declare
  person access.users;
begin
  perform core.require('platform.manage');
  if (private.identity()).kind <> 'service' then
    perform core.raise('42501', 'operators are made by the command line', 'Use cadastre operator add on the machine.');
  end if;
  if email !~ '^[^@\s]+@[^@\s]+$' or length(email) > 254 then
    perform core.raise('AC003', 'this is not an e-mail address', 'Give an address such as ada@example.org.', 'email');
  end if;
  if is_operator then
    insert into access.users (email) values (set_operator.email) on conflict on constraint users_email_key do nothing;
  elsif not exists (select from access.users u where u.email operator(public.=) set_operator.email::public.citext and u.is_operator) then
    perform core.raise('AC004', 'there is no operator with this address', 'Check the address.', 'email');
  end if;
  update access.users u set is_operator = set_operator.is_operator
   where u.email operator(public.=) set_operator.email::public.citext
  returning * into person;
  -- A password is never replaced by somebody else.
  if password_hash is not null then
    insert into private.credentials (user_id, password_hash) values (person.id, set_operator.password_hash)
    on conflict (user_id) do nothing;
  end if;
  if not set_operator.is_operator then
    perform private.close_session(s.id, 'member') from private.sessions s
      where s.user_id = person.id and s.org_id is null and s.ended_at is null;
  end if;
  perform audit.record(case when set_operator.is_operator then 'operator.add' else 'operator.remove' end, 'user', person.id::text);
  return true;
end
$$;
comment on function access.set_operator(text, boolean, text) is
  'Makes or unmakes a platform operator. Needs platform.manage, on the command line. Errors: AC003, AC004.';
revoke execute on function access.set_operator(text, boolean, text) from public;
grant execute on function access.set_operator(text, boolean, text) to cadastre_worker;
