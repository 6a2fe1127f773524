-- Column lineage of a dataset's generated views, from PostgreSQL's own dependencies: which columns of the store each view's
-- rule names. A field on which a mask lies is transformed. Internal; runs when a contract changed.
create or replace function lineage.refresh_views(p_dataset uuid) returns void
language plpgsql
set search_path = ''
as $$
declare
  n record;
  own uuid;
  model uuid;
  shown record;
begin
  if not exists (select from data.datasets d where d.org_id = private.org_id() and d.id = p_dataset) then
    return;
  end if;
  n := data.dataset_names(p_dataset);
  own := lineage.put_node('dataset', '', n.name, p_dataset);
  -- A pipeline tells of its dataset before the first load makes it: as a model of that name, which it was until now.
  select x.id into model from lineage.nodes x
   where x.org_id = n.org_id and x.namespace = '' and x.name = n.name and x.kind = 'model';
  if model is not null then
    update lineage.columns c set to_node = own, to_dataset = p_dataset
     where c.org_id = n.org_id and c.to_node = model and c.valid_to is null
       and not exists (select from lineage.columns o
                        where o.org_id = c.org_id and o.to_node = own and o.source = c.source and o.valid_to is null);
    update lineage.columns c set from_node = own, from_dataset = p_dataset
     where c.org_id = n.org_id and c.from_node = model and c.valid_to is null
       and not exists (select from lineage.columns o
                        where o.org_id = c.org_id and o.to_node = c.to_node and o.source = c.source and o.valid_to is null
                          and o.from_node = own);
  end if;
  for shown in select * from (values (n.name, n.current_view), (n.name || '_history', n.history_view)) v (name, relation) loop
    perform lineage.put_columns(lineage.put_node('view', '', shown.name, p_dataset), 'catalog', (
      with used as (
        select distinct a.attname::text as name
          from pg_catalog.pg_rewrite r
          join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_rewrite'::regclass and d.objid = r.oid
           and d.refclassid = 'pg_catalog.pg_class'::regclass and d.refobjsubid > 0
          join pg_catalog.pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
         where r.ev_class = shown.relation::regclass and d.refobjid <> r.ev_class
      ), made as (
        select u.name as from_column, u.name as to_column,
               case when m.name is null then 'IDENTITY' else 'TRANSFORMATION' end as subtype
          from used u
          join data.fields f on f.org_id = n.org_id and f.dataset_id = p_dataset and f.name = u.name and f.retired_at is null
          left join data.masked_fields(p_dataset) m on m.name = u.name
        union all
        select u.name, 'composite_key', 'TRANSFORMATION' from used u where u.name = any (n.key_fields)
      )
      select coalesce(jsonb_agg(jsonb_build_object('from_node', own, 'from_column', m.from_column, 'to_column', m.to_column,
               'type', 'DIRECT', 'subtype', m.subtype)), '[]')
        from made m));
  end loop;
end
$$;
comment on function lineage.refresh_views(uuid) is 'Renews the column lineage of a dataset''s generated views. Internal.';
