-- Every table has row-level security, forced so that its owner is bound too.
select c.oid::regclass::text as object, 'row-level security is not enabled and forced' as problem
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
 where c.relkind in ('r', 'p')
   and (n.nspname in ('private','core','audit','tenancy','access','data','quality','ingest','lineage','catalog','compliance','analytics','ops') or n.nspname like 'store\_%' or n.nspname like 'org\_%')
   and not (c.relrowsecurity and c.relforcerowsecurity)
