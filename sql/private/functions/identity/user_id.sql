--! owner: cadastre_system
-- The user who is asking: a claim's, or the one an SQL login belongs to.
create or replace function private.user_id() returns uuid
language plpgsql stable parallel safe security definer
set search_path = ''
as $$ begin return (private.identity()).user_id; end $$;
comment on function private.user_id() is 'User who is asking; null for nobody and for services acting by themselves.';
grant execute on function private.user_id() to public;
