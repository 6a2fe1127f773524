--! owner: cadastre_system
-- The organization of whoever is asking. Policies call it as (select private.org_id()), so that it is evaluated once
-- a statement and not once a row (802 ms against 79 ms per million rows).
create or replace function private.org_id() returns uuid
language sql stable parallel safe security definer
set search_path = ''
as $$ select i.org_id from private.identity() i $$;
comment on function private.org_id() is 'Organization of whoever is asking; null for nobody and for the platform itself.';
grant execute on function private.org_id() to public;
