-- A foreign key's columns lead an index, or deleting the row referred to scans the whole table.
select con.conrelid::regclass::text || '.' || con.conname as object, 'no index begins with the foreign key''s columns' as problem
  from pg_constraint con
  join pg_class c on c.oid = con.conrelid
  join pg_namespace n on n.oid = c.relnamespace
 where con.contype = 'f' and n.nspname not in ('pg_catalog', 'graphile_worker', 'graphile_migrate')
   and not exists (
     select from pg_index i
      where i.indrelid = con.conrelid
        -- The leading index columns are the key's columns, in any order.
        and (select array_agg(k order by k) from unnest((i.indkey::int2[])[0:cardinality(con.conkey) - 1]) k)
            = (select array_agg(k order by k) from unnest(con.conkey) k))
