--! owner: cadastre_system
-- The real person who is asking. private.user_id() is whom they count as: another one while they look at the
-- organization as somebody else.
create or replace function private.actor_id() returns uuid
language plpgsql stable parallel safe security definer
set search_path = ''
as $$ begin return (private.identity()).actor_id; end $$;
comment on function private.actor_id() is 'The real person who is asking, also while they look as somebody else; null for nobody.';
grant execute on function private.actor_id() to public;
