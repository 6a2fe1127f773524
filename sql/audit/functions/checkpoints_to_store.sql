--! owner: cadastre_system
-- Checkpoints that are not known to be in the object store, oldest first; the sealer says so with audit.checkpoints_stored.
create or replace function audit.checkpoints_to_store(p_org uuid, p_limit int) returns setof audit.checkpoints
language sql stable security definer
set search_path = ''
as $$
  select c.* from audit.checkpoints c
    join private.audit_trees t on t.org_id = c.org_id
   where c.org_id = p_org and c.size > t.stored_size
   order by c.size limit p_limit
$$;
comment on function audit.checkpoints_to_store(uuid, int) is 'Checkpoints that are not known to be in the object store.';
revoke execute on function audit.checkpoints_to_store(uuid, int) from public;
grant execute on function audit.checkpoints_to_store(uuid, int) to cadastre_worker;
