-- Makes these the mappings in force of one target, as one source tells them: what is told no more ends at this moment,
-- what is new begins with it, what stays is not touched. Internal.
create or replace function lineage.put_columns(p_to uuid, p_source text, p_rows jsonb) returns int
language plpgsql
set search_path = ''
as $$
declare
  max_mappings constant int := 50000;
  moment timestamptz;
  told int;
begin
  if jsonb_array_length(p_rows) > max_mappings then
    perform core.raise('LN003', format('one dataset has at most %s mappings of columns', max_mappings), 'Leave some out.', 'mappings');
  end if;
  -- One teller at a time: two would each miss what the other adds.
  perform from lineage.nodes n where n.org_id = private.org_id() and n.id = p_to for update;
  moment := clock_timestamp();
  update lineage.columns c set valid_to = greatest(moment, c.valid_from)
   where c.org_id = private.org_id() and c.to_node = p_to and c.source = p_source and c.valid_to is null
     and not exists (
       select from jsonb_to_recordset(p_rows) r (from_node uuid, from_column text, to_column text, type text, subtype text)
        where (r.from_node, coalesce(r.from_column, ''), coalesce(r.to_column, ''), r.type, r.subtype)
              = (c.from_node, c.from_column, c.to_column, c.type, c.subtype));
  insert into lineage.columns (org_id, from_node, from_column, to_node, to_column, type, subtype, source, from_dataset,
                               to_dataset, valid_from)
  select distinct private.org_id(), r.from_node, coalesce(r.from_column, ''), p_to, coalesce(r.to_column, ''), r.type, r.subtype,
         p_source, f.dataset_id, t.dataset_id, moment
    from jsonb_to_recordset(p_rows) r (from_node uuid, from_column text, to_column text, type text, subtype text)
    join lineage.nodes f on f.org_id = private.org_id() and f.id = r.from_node
    join lineage.nodes t on t.org_id = private.org_id() and t.id = p_to
  on conflict (org_id, to_node, source, to_column, from_node, from_column, type, subtype) where valid_to is null do nothing;
  select count(*) into told from lineage.columns c
   where c.org_id = private.org_id() and c.to_node = p_to and c.source = p_source and c.valid_to is null;
  return told;
end
$$;
comment on function lineage.put_columns(uuid, text, jsonb) is
  'Replaces the mappings in force of a target by one source: [{from_node, from_column, to_column, type, subtype}]. Internal.';
