-- A unique index of an organization's table begins with org_id, or it is an oracle for other organizations' values.
-- Tables of the data plane belong to one organization alone. Other exceptions, each with its reason, are named here.
select i.indexrelid::regclass::text as object, 'the unique index does not begin with org_id' as problem
  from pg_index i
  join pg_attribute a on a.attrelid = i.indrelid and a.attname = 'org_id' and not a.attisdropped
  join pg_class c on c.oid = i.indrelid
  join pg_namespace n on n.oid = c.relnamespace
 where i.indisunique and i.indkey[0] <> a.attnum and n.nspname not like 'store\_%'
   and i.indexrelid::regclass::text not in (
     'access.sql_logins_role_name_key', -- names of PostgreSQL roles are the cluster's, and are random
     'access.sql_logins_role_oid_key',  -- as are their OIDs
     'private.refresh_tokens_pkey'      -- hashes of random tokens, which no API role reaches
   )
