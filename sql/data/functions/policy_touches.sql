-- Is a filter or mask about a dataset at all? Filters: it is named, or carries one of the tags, or neither is named. Masks:
-- within its datasets, where the dataset or a field carries one of its tags or a field is named.
create or replace function data.policy_touches(p access.policies, p_dataset uuid) returns boolean
language sql stable
set search_path = ''
as $$
  select case (p).kind
    when 'row_filter' then (cardinality((p).datasets) = 0 and cardinality((p).tags) = 0) or d.id = any ((p).datasets) or d.tags && (p).tags
    when 'mask' then (cardinality((p).datasets) = 0 or d.id = any ((p).datasets))
      and (d.tags && (p).tags or exists (
        select from data.fields f
         where f.org_id = d.org_id and f.dataset_id = d.id and (f.tags && (p).tags or (p).mask -> 'fields' ? f.name)))
    else false end
    from data.datasets d where d.org_id = (p).org_id and d.id = p_dataset
$$;
comment on function data.policy_touches(access.policies, uuid) is 'Whether a row filter or mask is about a dataset.';
