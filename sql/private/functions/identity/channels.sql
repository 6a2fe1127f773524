--! owner: cadastre_system
-- The names under which a topic is told to the server. NOTIFY and LISTEN are open to every login, so a name that could be
-- guessed would let an analyst hear when other organizations load, and have the server build their APIs anew as often as
-- the analyst likes. So a name is a code that only who has a key of claims can make (lib/claims.ts channelOf): one a key,
-- while keys change. Whom a login may hear is not asked: the names are the secret, and no statement of others shows them.
create or replace function private.channels(p_topic text) returns setof text
language sql stable security definer
set search_path = ''
rows 1
as $$
  select 'c' || left(private.claim_mac('channel ' || p_topic, k.secret), 48) from private.claim_keys k where k.retired_at is null
$$;
comment on function private.channels(text) is 'Channels on which a topic is told, one for each key in force. Internal.';
revoke execute on function private.channels(text) from public;
grant execute on function private.channels(text) to cadastre_owner, cadastre_worker;
