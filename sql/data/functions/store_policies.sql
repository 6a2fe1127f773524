-- The policies of every table in the data plane come from here. The organization's id is a constant of the policy, and
-- both questions are sub-selects: asked once a statement (79 ms per million rows), not once a row (802 ms).
-- p_writers: the roles' table-level road for writes; history has none but the trigger's.
create or replace function data.store_policies(p_table text, p_org uuid, p_history boolean) returns void
language plpgsql
set search_path = ''
as $$
declare
  boundary text := format('(select private.org_id()) = %L::uuid', p_org);
begin
  execute format('alter table %s enable row level security, force row level security', p_table);
  execute format('create policy select_member on %s for select using (%s and (select private.has_permission(''record.view'')))',
    p_table, boundary);
  if p_history then
    -- Written by the version triggers, whoever made the change; its permission was asked on the current table.
    execute format('create policy insert_trigger on %s for insert to cadastre_owner with check (%s)', p_table, boundary);
    return;
  end if;
  execute format('create policy insert_member on %s for insert with check (%s and (select private.has_permission(''record.create'')))',
    p_table, boundary);
  execute format(
    'create policy update_member on %s for update
       using (%2$s and ((select private.has_permission(''record.edit'')) or (select private.has_permission(''record.restore''))))',
    p_table, boundary);
  execute format('create policy delete_member on %s for delete using (%s and (select private.has_permission(''record.delete'')))',
    p_table, boundary);
end
$$;
comment on function data.store_policies(text, uuid, boolean) is 'Generates the row-level security of a data-plane table.';
