-- The enabled policies of a kind that are about a dataset. Which columns a mask lies on is data.masked_fields's question.
create or replace function data.policies_of(p_dataset uuid, p_kind text) returns setof access.policies
language sql stable
set search_path = ''
as $$
  select p.* from access.policies p
   where p.org_id = private.org_id() and p.kind = p_kind and p.enabled and data.policy_touches(p, p_dataset)
$$;
comment on function data.policies_of(uuid, text) is 'Enabled policies of a kind that are about a dataset.';
