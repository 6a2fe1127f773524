--! owner: cadastre_system
-- The object store has the checkpoints up to this size.
create or replace function audit.checkpoints_stored(p_org uuid, p_size bigint) returns void
language sql security definer
set search_path = ''
as $$ update private.audit_trees set stored_size = greatest(stored_size, p_size) where org_id = p_org $$;
comment on function audit.checkpoints_stored(uuid, bigint) is 'Says that the object store has an organization''s checkpoints up to a size. For the sealer.';
revoke execute on function audit.checkpoints_stored(uuid, bigint) from public;
grant execute on function audit.checkpoints_stored(uuid, bigint) to cadastre_worker;
