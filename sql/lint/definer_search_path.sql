-- A security definer function has an empty search_path: with any schema in it, a temporary table can stand in for a
-- real one and run with the owner's rights.
select p.oid::regprocedure::text as object, 'security definer without set search_path = ''''' as problem
  from pg_proc p
  join pg_namespace n on n.oid = p.pronamespace
 where p.prosecdef and n.nspname not in ('pg_catalog', 'information_schema', 'graphile_worker', 'public')
   and not coalesce(p.proconfig @> array['search_path=""'], false)
