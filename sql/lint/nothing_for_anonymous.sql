-- A request without a token reaches no table, view or function of ours.
select c.oid::regclass::text as object, 'cadastre_anonymous or PUBLIC has rights on it' as problem
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
  cross join lateral aclexplode(c.relacl) g
 where g.grantee in (0, 'cadastre_anonymous'::regrole)
   and n.nspname not in ('pg_catalog', 'information_schema')
