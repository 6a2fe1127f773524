-- Triggers that keep versions and the audit trail fire always: session_replication_role does not switch them off.
select t.tgrelid::regclass::text || '.' || t.tgname as object, 'the trigger is not ENABLE ALWAYS' as problem
  from pg_trigger t
 where not t.tgisinternal and t.tgenabled <> 'A'
   and (t.tgname like 'versions\_\_%' or t.tgname like 'history\_\_%' or t.tgrelid = 'audit.events'::regclass)
union all
-- and every table of rows has them.
select c.oid::regclass::text, 'the table keeps no versions'
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
 where c.relkind = 'r' and n.nspname like 'store\_%' and c.relname not like '%\_history'
   and not exists (select from pg_trigger t where t.tgrelid = c.oid and t.tgname = 'versions__history_update')
