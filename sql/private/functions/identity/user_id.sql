--! owner: cadastre_system
-- The user who is asking: a claim's, or the one an SQL login belongs to.
create or replace function private.user_id() returns uuid
language sql stable parallel safe security definer
set search_path = ''
as $$ select i.user_id from private.identity() i $$;
comment on function private.user_id() is 'User who is asking; null for nobody and for services acting by themselves.';
grant execute on function private.user_id() to public;
