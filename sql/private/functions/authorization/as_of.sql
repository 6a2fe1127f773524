--! owner: cadastre_system
-- Rows of one access table as they stood at a moment, from their versions: of everybody, or of one person (p_user).
create or replace function private.as_of(p_org uuid, p_table text, p_at timestamptz, p_user uuid default null) returns setof jsonb
language sql stable
set search_path = ''
rows 20
as $$
  select c.row
    from access.changes c
   where c.org_id = p_org and c.table_name = p_table and c.valid_from <= p_at and (c.valid_to is null or c.valid_to > p_at)
     and (p_user is null or c.row ->> 'user_id' = p_user::text)
$$;
comment on function private.as_of(uuid, text, timestamptz, uuid) is 'Rows of a table in access as they stood at a moment.';
revoke execute on function private.as_of(uuid, text, timestamptz, uuid) from public;
