--! owner: cadastre_system
-- Keeps the signed head of an organization's tree as it stands, in the transaction that appended the leaves.
create or replace function audit.add_checkpoint(p_org uuid, p_size bigint, p_at timestamptz, p_root bytea, p_previous bytea,
                                                p_key_id text, p_jws text) returns void
language plpgsql security definer
set search_path = ''
as $$
begin
  if not exists (select from private.audit_trees t where t.org_id = p_org and t.size = p_size and audit.fold(t.frontier) = p_root) then
    perform core.raise('AU002', 'the checkpoint is not of the tree as it stands', 'Sign what private.append_leaves returned.');
  end if;
  insert into audit.checkpoints (org_id, size, at, root, previous, key_id, jws) values (p_org, p_size, p_at, p_root, p_previous, p_key_id, p_jws);
end
$$;
comment on function audit.add_checkpoint(uuid, bigint, timestamptz, bytea, bytea, text, text) is 'Keeps a signed checkpoint. For the sealer. Error AU002.';
revoke execute on function audit.add_checkpoint(uuid, bigint, timestamptz, bytea, bytea, text, text) from public;
grant execute on function audit.add_checkpoint(uuid, bigint, timestamptz, bytea, bytea, text, text) to cadastre_worker;
