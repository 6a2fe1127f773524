-- Tells the server that something changed: ids only, since whoever hears it reads the row again under row-level security.
-- On channels that no login can name (private.channels).
create or replace function core.notify(topic text, id uuid) returns void
language sql
set search_path = ''
as $$ select pg_notify(c, json_build_object('id', notify.id)::text) from private.channels(topic) c $$;
comment on function core.notify(text, uuid) is 'Sends {"id": ...} on a topic; never data.';
grant execute on function core.notify(text, uuid) to cadastre_owner, cadastre_system, cadastre_worker;
