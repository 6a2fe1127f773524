--! owner: cadastre_system
-- The last checkpoint of an organization, for the sealer.
create or replace function audit.last_checkpoint(p_org uuid, out size bigint, out at timestamptz) returns record
language sql stable security definer
set search_path = ''
as $$ select c.size, c.at from audit.checkpoints c where c.org_id = p_org order by c.size desc limit 1 $$;
comment on function audit.last_checkpoint(uuid) is 'Size and time of an organization''s last checkpoint.';
revoke execute on function audit.last_checkpoint(uuid) from public;
grant execute on function audit.last_checkpoint(uuid) to cadastre_worker;
