-- What a dataset or one of its columns is made from (up), or what is made of it (down), at a moment. Level by level, each
-- level one query, bounded in depth and in what is visited. As whoever asks: row-level security decides what they see.
-- Errors are raised as they are, since whoever asks has no way into core. Column '' is the rows: whoever decides about rows concerns everything behind them, so from there on all columns are
-- followed.
create or replace function lineage.graph(dataset text, column_name text default null, direction text default 'up',
                                         depth int default 3, at timestamptz default null)
returns table (level int, from_kind text, from_name text, from_column text, to_kind text, to_name text, to_column text,
               type text, subtype text, source text, since timestamptz)
language plpgsql stable
set search_path = ''
as $$
declare
  max_depth constant int := 50;
  max_visited constant int := 5000;
  max_files constant int := 10;
  moment timestamptz := coalesce(at, clock_timestamp());
  start lineage.nodes := lineage.find_node(dataset);
  here text[];
  nodes uuid[] := array[start.id];
  columns text[] := array[coalesce(column_name, '')];
  visited text[] := array[start.id || ':' || coalesce(column_name, '')];
begin
  if direction not in ('up', 'down') or depth not between 1 and max_depth then
    raise exception using errcode = 'LN004', message = 'lineage is followed up or down, at most 50 levels deep', column = 'depth',
      hint = 'Give direction up or down, depth 1 to 50.';
  end if;
  for hop in 1 .. depth loop
    exit when cardinality(nodes) = 0 or cardinality(visited) >= max_visited;
    if direction = 'up' then
      -- Files: the newest that were loaded by then. A column comes from the one that the contract names.
      return query
        select hop, 'file', f.file_name, case when t.col = '' then '' else coalesce(d.source_name, '') end,
               n.kind, n.name, t.col, 'DIRECT', 'IDENTITY', 'run:' || r.id, r.finished_at
          from unnest(nodes, columns) t (node, col)
          join lineage.nodes n on n.org_id = private.org_id() and n.id = t.node and n.kind = 'dataset'
          left join data.fields d on d.org_id = n.org_id and d.dataset_id = n.dataset_id and d.name = t.col
          cross join lateral (
            select * from ingest.runs x
             where x.org_id = n.org_id and x.dataset_id = n.dataset_id and x.status = 'succeeded' and x.finished_at <= moment
             order by x.created_at desc limit max_files) r
          join ingest.files f on f.org_id = r.org_id and f.id = r.file_id
         where t.col = '' or d.name is not null
         order by t.col, r.finished_at desc;
      -- What a pipeline reads as a file: the newest inputs of its executions by then.
      return query
        select hop, 'file', f.file_name, t.col, n.kind, n.name, t.col, 'DIRECT', 'IDENTITY', 'pipeline_run:' || r.id, r.finished_at
          from unnest(nodes, columns) t (node, col)
          join lineage.nodes n on n.org_id = private.org_id() and n.id = t.node and n.kind = 'pipeline'
          join ingest.pipelines p on p.org_id = n.org_id and p.name = n.name
          cross join lateral (
            select * from ingest.pipeline_runs x
             where x.org_id = n.org_id and x.pipeline_id = p.id and x.status in ('submitted', 'succeeded') and x.finished_at <= moment
               and x.file_id is not null
             order by x.created_at desc limit max_files) r
          join ingest.files f on f.org_id = r.org_id and f.id = r.file_id
         order by t.col, r.finished_at desc;
    end if;
    return query
      select distinct hop, f.kind, case when f.namespace = '' then f.name else f.namespace || '/' || f.name end, c.from_column,
             t.kind, case when t.namespace = '' then t.name else t.namespace || '/' || t.name end, c.to_column,
             c.type, c.subtype, c.source, c.valid_from
        from unnest(nodes, columns) s (node, col)
        join lineage.columns c on c.org_id = private.org_id() and c.valid_from <= moment and (c.valid_to > moment or c.valid_to is null)
         and case when direction = 'up' then c.to_node = s.node and (s.col = '' or c.to_column = s.col)
                  else c.from_node = s.node and (s.col = '' or c.from_column in (s.col, '')) end
        join lineage.nodes f on f.org_id = c.org_id and f.id = c.from_node
        join lineage.nodes t on t.org_id = c.org_id and t.id = c.to_node
       order by 5, 6, 7, 2, 3, 4;
    select array_agg(x.key), array_agg(x.node), array_agg(x.col) into here, nodes, columns
      from (
        select distinct e.node || ':' || e.col as key, e.node, e.col
          from unnest(nodes, columns) s (node, col)
          join lineage.columns c on c.org_id = private.org_id() and c.valid_from <= moment and (c.valid_to > moment or c.valid_to is null)
           and case when direction = 'up' then c.to_node = s.node and (s.col = '' or c.to_column = s.col)
                    else c.from_node = s.node and (s.col = '' or c.from_column in (s.col, '')) end
          cross join lateral (
            select case when direction = 'up' then c.from_node else c.to_node end as node,
                   case when s.col = '' then '' when direction = 'up' then c.from_column else c.to_column end as col) e
         where e.node || ':' || e.col <> all (visited)
         limit max_visited
      ) x;
    nodes := coalesce(nodes, '{}');
    columns := coalesce(columns, '{}');
    visited := visited || coalesce(here, '{}');
  end loop;
end
$$;
comment on function lineage.graph(text, text, text, int, timestamptz) is
  E'@name lineage_graph\nLineage of a dataset (or of one column of it), direction up or down, depth 1 to 50, at a moment (default now): one row an edge, with the level at which it was met. An empty column means the rows. Errors: LN001 unknown name, LN004 direction or depth.';
revoke execute on function lineage.graph(text, text, text, int, timestamptz) from public;
grant execute on function lineage.graph(text, text, text, int, timestamptz) to cadastre_user, cadastre_worker;
