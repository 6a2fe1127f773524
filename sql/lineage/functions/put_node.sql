-- The node of that name, made where it is not there yet. Internal.
create or replace function lineage.put_node(p_kind text, p_namespace text, p_name text, p_dataset uuid default null,
                                            p_detail jsonb default null) returns uuid
language sql
set search_path = ''
as $$
  insert into lineage.nodes as n (org_id, kind, namespace, name, dataset_id, detail)
  values (private.org_id(), p_kind, p_namespace, left(p_name, 500), p_dataset, coalesce(p_detail, '{}'))
  on conflict (org_id, namespace, name, kind) do update
    set dataset_id = coalesce(excluded.dataset_id, n.dataset_id), seen_at = clock_timestamp(),
        detail = case when p_detail is null then n.detail else n.detail || p_detail end
  returning n.id
$$;
comment on function lineage.put_node(text, text, text, uuid, jsonb) is 'Finds or makes a node of lineage. Internal.';
