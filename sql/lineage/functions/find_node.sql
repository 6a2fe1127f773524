-- A node by name, as whoever asks may see it: the dataset first. Error LN001.
create or replace function lineage.find_node(p_name text) returns lineage.nodes
language plpgsql stable
set search_path = ''
as $$
declare
  result lineage.nodes;
begin
  select * into result from lineage.nodes n
   where n.org_id = private.org_id() and (n.name = p_name or n.namespace || '/' || n.name = p_name)
   order by array_position(array['dataset', 'model', 'pipeline', 'dashboard', 'report', 'export', 'job', 'external', 'view'], n.kind), n.namespace
   limit 1;
  if result.id is null then
    raise exception using errcode = 'LN001', message = format('lineage knows nothing named %s', left(p_name, 100)), column = 'dataset',
      hint = 'Name a dataset, model or pipeline of your organization, or something outside as <namespace>/<name>.';
  end if;
  return result;
end
$$;
comment on function lineage.find_node(text) is E'@name find_lineage_node\nA node of lineage by its name. Error LN001.';
revoke execute on function lineage.find_node(text) from public;
grant execute on function lineage.find_node(text) to cadastre_user, cadastre_worker;
