-- Views are bound by row-level security: an organization's belong to cadastre_views, who owns no table; the domains'
-- run as whoever asks.
select c.oid::regclass::text as object,
       case when n.nspname like 'org\_%' then 'not a view of cadastre_views' else 'not security_invoker' end as problem
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
 where c.relkind = 'v'
   and ((n.nspname like 'org\_%' and c.relowner <> 'cadastre_views'::regrole)
     or (n.nspname in ('private','core','audit','tenancy','access','data','quality','ingest','lineage','catalog','compliance','analytics','ops') and not coalesce(c.reloptions && '{security_invoker=true,security_invoker=on}', false)))
