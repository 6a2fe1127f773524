-- What hangs on a dataset or one of its columns: everything made of it, with counts and whom to ask.
create or replace function lineage.impact(dataset text, column_name text default null, at timestamptz default null)
returns table (kind text, name text, distance int, columns text[], row_count bigint, owner_id uuid, owner_email text)
language sql stable
set search_path = ''
as $$
  select g.to_kind, g.to_name, min(g.level), array_remove(array_agg(distinct nullif(g.to_column, '') order by nullif(g.to_column, '')), null),
         max(d.row_count), coalesce(d.owner_id, n.owner_id), max(u.email::text)
    from lineage.graph($1, $2, 'down', 50, $3) g
    left join data.datasets d on d.org_id = private.org_id() and d.name = regexp_replace(g.to_name, '_history$', '') and g.to_kind in ('dataset', 'view')
    left join lineage.nodes n on n.org_id = private.org_id() and n.kind = g.to_kind and n.name = g.to_name and n.namespace = ''
    left join access.users u on u.id = coalesce(d.owner_id, n.owner_id)
   group by g.to_kind, g.to_name, coalesce(d.owner_id, n.owner_id)
   order by min(g.level), g.to_kind, g.to_name
$$;
comment on function lineage.impact(text, text, timestamptz) is
  E'@name lineage_impact\nEverything that is made of a dataset or column, near things first: columns concerned, rows, owner. Error LN001.';
revoke execute on function lineage.impact(text, text, timestamptz) from public;
grant execute on function lineage.impact(text, text, timestamptz) to cadastre_user, cadastre_worker;
