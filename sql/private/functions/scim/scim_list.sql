--! owner: cadastre_system
-- A page of a directory's users or groups: {total, resources}. The gateway's only.
create or replace function private.scim_list(p_hash bytea, p_kind text, p_filter jsonb, p_start int, p_count int) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  scope record := private.scim_scope(p_hash);
  is_eq constant boolean := coalesce(p_filter ->> 'op' = 'eq' and p_filter ->> 'value' is not null, false);
  by_name constant text := case when is_eq and p_filter -> 'path' = '["userName"]' then p_filter ->> 'value' end;
  by_external constant text := case when is_eq and p_filter -> 'path' = '["externalId"]' then p_filter ->> 'value' end;
begin
  return (
    with matching as materialized (
      select x.id, x.created_at, x.resource
        from (select u.id::text as id, u.created_at, u.resource
                from private.scim_user_rows(scope.org_id, null, by_name, by_external) u where p_kind = 'User'
              union all
              select g.id, g.created_at, g.resource from private.scim_group_rows(scope.org_id) g where p_kind = 'Group') x
       where p_filter is null or private.scim_matches(x.resource, p_filter)
    )
    select jsonb_build_object('total', (select count(*) from matching), 'resources', coalesce((
      select jsonb_agg(page.resource order by page.created_at, page.id)
        from (select * from matching m order by m.created_at, m.id
               offset greatest(p_start, 1) - 1 limit least(greatest(p_count, 0), 200)) page), '[]'))
  );
end
$$;
comment on function private.scim_list(bytea, text, jsonb, int, int) is 'A page of SCIM resources: {total, resources}. Errors: AC092. The gateway''s only.';
revoke execute on function private.scim_list(bytea, text, jsonb, int, int) from public;
grant execute on function private.scim_list(bytea, text, jsonb, int, int) to cadastre_gateway;
