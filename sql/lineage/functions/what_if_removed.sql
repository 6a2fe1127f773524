-- What happens when a column is taken away. lost: nothing else gives the column a value. changed: something else does too.
-- rows: it decides which rows there are, or in which order. key, reference, rule, policy: the contract itself names it.
create or replace function lineage.what_if_removed(dataset text, column_name text)
returns table (kind text, name text, column_affected text, effect text, distance int)
language sql stable
set search_path = ''
as $$
  with recursive edges as materialized (
    select * from lineage.graph($1, $2, 'down', 50)
  ), ends as (
    select e.to_kind, e.to_name, e.to_column, min(e.level) as level,
           bool_or(e.type = 'DIRECT' and e.to_column <> '') as gives
      from edges e group by 1, 2, 3
  ), others as (
    -- A value that comes from elsewhere too, by anything that is not itself made of the column.
    select distinct e.to_kind, e.to_name, e.to_column
      from ends e
      join lineage.nodes t on t.org_id = private.org_id() and t.kind = e.to_kind
       and case when t.namespace = '' then t.name else t.namespace || '/' || t.name end = e.to_name
      join lineage.columns c on c.org_id = t.org_id and c.to_node = t.id and c.to_column = e.to_column and c.valid_to is null and c.type = 'DIRECT'
      join lineage.nodes f on f.org_id = c.org_id and f.id = c.from_node
     where not (f.name = $1 and c.from_column = $2 and f.kind = 'dataset')
       and not exists (select from ends x where x.to_kind = f.kind and x.to_column = c.from_column
                          and x.to_name = case when f.namespace = '' then f.name else f.namespace || '/' || f.name end)
  )
  select e.to_kind, e.to_name, e.to_column,
         case when e.to_column = '' then 'rows' when not e.gives or o.to_name is not null then 'changed' else 'lost' end, e.level
    from ends e
    left join others o on (o.to_kind, o.to_name, o.to_column) = (e.to_kind, e.to_name, e.to_column)
  union all
  select 'dataset', d.name, $2, 'key', 0 from data.datasets d
   where d.org_id = private.org_id() and d.name = $1 and $2 = any (d.key_fields)
  union all
  select 'dataset', r.name, f.name, 'reference', 1
    from data.datasets d
    join data.fields f on f.org_id = d.org_id and f.references_dataset = d.id and f.references_field = $2 and f.retired_at is null
    join data.datasets r on r.org_id = f.org_id and r.id = f.dataset_id
   where d.org_id = private.org_id() and d.name = $1
  union all
  select 'rule', s.rule, s.field_name, 'rule', 0
    from data.datasets d join quality.rule_settings s on s.org_id = d.org_id and s.dataset_id = d.id and s.field_name = $2
   where d.org_id = private.org_id() and d.name = $1
  union all
  select 'policy', p.name, $2, 'policy', 0
    from data.datasets d
    join access.policies p on p.org_id = d.org_id and p.enabled and p.kind = 'mask' and p.mask -> 'fields' ? $2
   where d.org_id = private.org_id() and d.name = $1
   order by 5, 1, 2, 3
$$;
comment on function lineage.what_if_removed(text, text) is
  'What the removal of a column does: effect lost, changed, rows, key, reference, rule or policy. Error LN001.';
revoke execute on function lineage.what_if_removed(text, text) from public;
grant execute on function lineage.what_if_removed(text, text) to cadastre_user, cadastre_worker;
