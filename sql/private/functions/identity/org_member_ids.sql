--! owner: cadastre_system
-- Users that whoever is asking may know of: the members of their organization. Used as an array by policies,
-- = any (array(select ...)), so that it is evaluated once a statement.
create or replace function private.org_member_ids() returns setof uuid
language sql stable parallel safe security definer
set search_path = ''
rows 100
as $$ select m.user_id from access.memberships m where m.org_id = private.org_id() $$;
comment on function private.org_member_ids() is 'Ids of the members of the asking user''s organization.';
grant execute on function private.org_member_ids() to public;
