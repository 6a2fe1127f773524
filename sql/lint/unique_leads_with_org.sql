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
     'access.identity_providers_pkey',  -- random ids; the installation's own providers have no organization
     'access.domains_verified_idx',     -- only who has proven to own a mail domain learns that somebody else has too
     'private.scim_token_secrets_pkey',
     'private.sessions_pkey',           -- ids and hashes of random tokens, which no API role reaches
     'private.api_key_secrets_pkey',
     'private.mails_pkey',
     'private.mail_tokens_pkey'
   )
