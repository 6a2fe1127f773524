-- The node that a query's table name means: the organization's dataset (its views and functions mean it too), else a
-- model or pipeline of that name, else something outside; pipeline:<name> is a pipeline in any case. Internal.
create or replace function lineage.table_node(p_name text) returns uuid
language plpgsql
set search_path = ''
as $$
declare
  -- org_acme.orders, orders_history, orders_as_of()
  bare text := regexp_replace(p_name, '^.*\.', '');
  found_id uuid;
  d data.datasets;
begin
  -- What a pipeline's input file gives.
  if p_name like 'pipeline:%' then
    return lineage.put_node('pipeline', '', substr(p_name, 10));
  end if;
  select * into d from data.datasets x
   where x.org_id = private.org_id() and x.name in (bare, regexp_replace(bare, '(_history|_as_of\(\))$', ''))
   order by x.name = bare desc limit 1;
  if d.id is not null then
    return lineage.put_node('dataset', '', d.name, d.id);
  end if;
  select n.id into found_id from lineage.nodes n
   where n.org_id = private.org_id() and n.namespace = '' and n.name = bare and n.kind in ('model', 'pipeline', 'view')
   order by n.kind limit 1;
  return coalesce(found_id, lineage.put_node('external', '', p_name));
end
$$;
comment on function lineage.table_node(text) is 'The node that a table''s name in a query means. Internal.';
