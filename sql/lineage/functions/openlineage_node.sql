-- The node of a dataset that somebody's event names: the organization's own dataset, where it is named as our events do, else
-- something outside. Internal.
create or replace function lineage.openlineage_node(p_namespace text, p_name text) returns uuid
language plpgsql
set search_path = ''
as $$
declare
  d data.datasets;
begin
  if p_namespace = (select 'cadastre://' || o.slug from tenancy.organizations o where o.id = private.org_id()) then
    select * into d from data.datasets x where x.org_id = private.org_id() and x.name = p_name;
    if d.id is not null then
      return lineage.put_node('dataset', '', d.name, d.id);
    end if;
  end if;
  return lineage.put_node('external', p_namespace, p_name);
end
$$;
comment on function lineage.openlineage_node(text, text) is 'The node of a dataset that an OpenLineage event names. Internal.';
