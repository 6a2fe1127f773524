--! owner: cadastre_system
-- What a legal hold is on, in words for people. Internal.
create or replace function private.hold_place(h data.legal_holds) returns text
language sql stable
set search_path = ''
as $$
  select coalesce((select case when h.row_count is null then d.name else 'rows of ' || d.name end
                     from data.datasets d where d.org_id = h.org_id and d.id = h.dataset_id), 'the organization')
$$;
comment on function private.hold_place(data.legal_holds) is 'What a legal hold is on, in words. Internal.';
revoke execute on function private.hold_place(data.legal_holds) from public;
