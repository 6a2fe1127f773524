-- Tables, views and functions say what they are: comments are the documentation of the API.
select c.oid::regclass::text as object, 'no comment' as problem
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
 where c.relkind in ('r', 'p', 'v') and (n.nspname in ('private','core','audit','tenancy','access','data','quality','ingest','lineage','catalog','compliance','analytics','ops') or n.nspname like 'org\_%')
   and obj_description(c.oid, 'pg_class') is null
union all
select p.oid::regprocedure::text, 'no comment'
  from pg_proc p
  join pg_namespace n on n.oid = p.pronamespace
 where (n.nspname in ('private','core','audit','tenancy','access','data','quality','ingest','lineage','catalog','compliance','analytics','ops') or n.nspname like 'org\_%') and obj_description(p.oid, 'pg_proc') is null
