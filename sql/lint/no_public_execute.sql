-- Functions are closed until a file opens them, and only a few are open to everybody: those that policies call.
select p.oid::regprocedure::text as object, 'PUBLIC may execute it' as problem
  from pg_proc p
  join pg_namespace n on n.oid = p.pronamespace
  cross join lateral aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) g
 where g.grantee = 0 and g.privilege_type = 'EXECUTE'
   and (n.nspname in ('private','core','audit','tenancy','access','data','quality','ingest','lineage','catalog','compliance','analytics','ops') or n.nspname like 'store\_%' or n.nspname like 'org\_%')
   and p.prorettype <> 'trigger'::regtype
   and p.oid::regprocedure::text not in (
     'private.org_id()', 'private.user_id()', 'private.has_permission(text)', 'private.org_member_ids()', 'private.may(uuid,text)',
     'private.may(uuid,text,uuid)', 'private.actor_id()', 'private.allowed_objects(text,text)', 'private.denied_objects(text,text)',
     'private.policy_binds(uuid)', 'private.bound_datasets()', 'private.condition_holds(jsonb,uuid)', 'private.attribute(jsonb,uuid,anyelement)',
     'private.attribute_list(jsonb,uuid,anyarray)',
     'core.raise(text,text,text,text)', 'core.require(text)')
