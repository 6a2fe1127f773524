--! owner: cadastre_system
-- The password hash to check a sign-in against: the one place where a hash leaves its table, for the gateway alone.
-- The server verifies argon2id itself, and spends the same time when nothing comes back.
-- operator(public.=): with an empty search_path a plain = would compare citext as text, and so by case.
create or replace function private.login_lookup(email text)
returns table (user_id uuid, password_hash text)
language sql stable security definer
set search_path = ''
rows 1
as $$
  select u.id, c.password_hash
    from access.users u
    join private.credentials c on c.user_id = u.id
   where u.email operator(public.=) login_lookup.email::public.citext and u.status = 'active'
$$;
comment on function private.login_lookup(text) is
  'User and argon2id hash of an active account, for checking a sign-in; no row for an unknown one. The gateway''s only.';
revoke execute on function private.login_lookup(text) from public;
grant execute on function private.login_lookup(text) to cadastre_gateway;
