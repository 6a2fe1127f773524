-- Tells listeners that something changed: ids only, since LISTEN is open to every login. Whoever hears it reads the
-- row again under row-level security.
create or replace function core.notify(topic text, id uuid) returns void
language sql
set search_path = ''
as $$ select pg_notify(topic, json_build_object('id', id)::text) $$;
comment on function core.notify(text, uuid) is 'Sends {"id": ...} on a topic; never data.';
grant execute on function core.notify(text, uuid) to cadastre_owner, cadastre_system, cadastre_worker;
