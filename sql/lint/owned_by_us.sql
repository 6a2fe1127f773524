-- Nothing belongs to a superuser: a view or definer function of theirs would see through every policy.
select o.object, 'owned by ' || o.owner::regrole::text as problem
  from (
    select c.oid::regclass::text as object, c.relowner as owner, c.relnamespace as namespace from pg_class c
    union all
    select p.oid::regprocedure::text, p.proowner, p.pronamespace from pg_proc p
  ) o
  join pg_namespace n on n.oid = o.namespace
  join pg_roles r on r.oid = o.owner
 where (n.nspname in ('private','core','audit','tenancy','access','data','quality','ingest','lineage','catalog','compliance','analytics','ops', 'landing') or n.nspname like 'store\_%' or n.nspname like 'org\_%')
   and (r.rolsuper or r.rolbypassrls or r.rolname not like 'cadastre\_%')
