-- Triggers that keep versions and the audit trail fire always: session_replication_role does not switch them off.
select t.tgrelid::regclass::text || '.' || t.tgname as object, 'the trigger is not ENABLE ALWAYS' as problem
  from pg_trigger t
 where not t.tgisinternal and t.tgenabled <> 'A'
   and (t.tgname like 'versions\_\_%' or t.tgname like 'history\_\_%' or t.tgrelid in (select c.oid from pg_class c where c.relnamespace = 'audit'::regnamespace))
union all
-- and every table of rows has them.
select c.oid::regclass::text, 'the table keeps no versions'
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
 where c.relkind = 'r' and n.nspname like 'store\_%' and c.relname not like '%\_history'
   and not exists (select from pg_trigger t where t.tgrelid = c.oid and t.tgname = 'versions__history_update')
   or c.relkind = 'r' and n.nspname like 'store\_%' and c.relname not like '%\_history'
   and not exists (select from pg_trigger t where t.tgrelid = c.oid and t.tgname = 'versions__history_insert')
union all
-- The audit trail is only ever added to.
select c.oid::regclass::text, 'the table can be changed or emptied'
  from pg_class c
 where c.relkind = 'r' and c.relnamespace = 'audit'::regnamespace
   and (not exists (select from pg_trigger t where t.tgrelid = c.oid and t.tgtype & 24 = 24)
        or not exists (select from pg_trigger t where t.tgrelid = c.oid and t.tgtype & 32 = 32))
union all
-- A row trigger would have PostgreSQL lock every row of a load first.
select t.tgrelid::regclass::text || '.' || t.tgname, 'a row trigger on a store table'
  from pg_trigger t
  join pg_class c on c.oid = t.tgrelid
  join pg_namespace n on n.oid = c.relnamespace
 where not t.tgisinternal and n.nspname like 'store\_%' and t.tgtype & 1 = 1
union all
-- Rows are numbered by whoever writes them, so nobody but the owner's own functions may write.
select c.oid::regclass::text, a.grantee::regrole::text || ' may ' || lower(a.privilege_type)
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
  cross join lateral aclexplode(c.relacl) a
 where c.relkind = 'r' and n.nspname like 'store\_%' and a.grantee <> c.relowner
   and a.privilege_type in ('INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER')
union all
-- What people edit are views whose triggers do it. Views of models, which run as whoever asks, are not edited.
select c.oid::regclass::text, 'the view has no trigger for edits by hand'
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
 where c.relkind = 'v' and n.nspname like 'org\_%' and c.relname not like '%\_history'
   and not coalesce(c.reloptions @> '{security_invoker=true}', false)
   and (select count(*) from pg_trigger t where t.tgrelid = c.oid and t.tgname in ('edit__insert', 'edit__update', 'edit__delete') and t.tgtype & 64 = 64) <> 3
