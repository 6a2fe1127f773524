--! owner: cadastre_system
-- The key of a row for access.changes: its key columns' values as a JSON array, so that no two keys meet.
create or replace function private.change_key(p_row jsonb, p_columns text[]) returns text
language sql immutable strict parallel safe
set search_path = ''
return (select jsonb_agg(p_row ->> c order by place)::text from unnest(p_columns) with ordinality u (c, place));
comment on function private.change_key(jsonb, text[]) is 'Values of a row''s key columns as a JSON array of text.';
revoke execute on function private.change_key(jsonb, text[]) from public;
