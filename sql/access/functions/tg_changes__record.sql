--! owner: cadastre_system
-- Keeps access.changes: closes the versions that a statement replaced or deleted and opens the new ones, for all rows of
-- the statement at once. Arguments: the columns of the table's key. Columns that say nothing about access (last use,
-- updated_at) make no version.
create or replace function access.tg_changes__record() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  noise constant text[] := array['updated_at', 'last_used_at', 'last_used_ip'];
  moment constant timestamptz := clock_timestamp();
  actor constant uuid := private.actor_id();
  olds jsonb[] := '{}';
  news jsonb[] := '{}';
begin
  if tg_op <> 'INSERT' then
    select coalesce(array_agg(to_jsonb(o) - noise), '{}') into olds from olds_of_statement o;
  end if;
  if tg_op <> 'DELETE' then
    select coalesce(array_agg(to_jsonb(n) - noise), '{}') into news from news_of_statement n;
  end if;
  with was as (
    select o.r, private.change_key(o.r, tg_argv) as key, (o.r ->> 'org_id')::uuid as org_id from unnest(olds) o (r)
  )
  update access.changes c set valid_to = greatest(moment, c.valid_from), ended_by = actor
    from was
   where c.org_id = was.org_id and c.table_name = tg_table_name and c.row_key = was.key and c.valid_to is null
     and was.r <> all (news);
  insert into access.changes (org_id, table_name, row_key, row, valid_from, changed_by)
  select (n.r ->> 'org_id')::uuid, tg_table_name, private.change_key(n.r, tg_argv), n.r, moment, actor
    from unnest(news) n (r)
   where n.r <> all (olds);
  return null;
end
$$;
comment on function access.tg_changes__record() is 'Trigger: writes the versions of rows that decide about access.';
revoke execute on function access.tg_changes__record() from public;
grant execute on function access.tg_changes__record() to cadastre_owner;
