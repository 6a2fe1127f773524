--! owner: cadastre_views
-- Runs generated DDL as the role that owns organization views. Only the owner's functions call it: a view's owner must
-- be a role that forced row-level security binds and that does not own the tables under it.
create or replace function data.run_as_views(ddl text) returns void
language plpgsql security definer
set search_path = ''
as $$
begin
  execute ddl;
end
$$;
comment on function data.run_as_views(text) is 'Runs generated view DDL as cadastre_views. Internal.';
revoke execute on function data.run_as_views(text) from public;
grant execute on function data.run_as_views(text) to cadastre_owner;
