comment on table audit.data_changes is 'One row a statement that made data versions; it commits to each of them.';
comment on column audit.data_changes.commitments is '16 bytes a version: the beginning of sha256(salt || version). Null for a load.';
comment on table audit.change_parts is 'Commitments to the versions of a load, 18 bytes each: line within the part, commitment.';
comment on table audit.leaves is 'Leaves of an organization''s Merkle tree (RFC 6962), one an event or change.';
comment on column audit.leaves.hash is 'sha256(0x00 || text of the leaf).';
comment on table audit.tree_nodes is 'Hashes of whole subtrees of 256 leaves, 65,536 and so on.';
comment on table audit.checkpoints is 'Signed heads of an organization''s tree: size, root, hash of the checkpoint before it.';
comment on column audit.checkpoints.jws is 'The checkpoint as it was signed (EdDSA); its public key is at /.well-known/audit-jwks.json.';

do $$
declare
  t text;
begin
  foreach t in array array['data_changes', 'change_parts', 'leaves', 'tree_nodes', 'checkpoints'] loop
    execute format('alter table audit.%I enable row level security, force row level security', t);
    execute format('drop policy if exists select_auditor on audit.%I', t);
    execute format('create policy select_auditor on audit.%I for select to public
      using (org_id = (select private.org_id()) and (select private.has_permission(''audit.view'')))', t);
    execute format('drop policy if exists all_system on audit.%I', t);
    execute format('create policy all_system on audit.%I for all to cadastre_system using (true) with check (true)', t);
    execute format('grant select on audit.%I to cadastre_worker', t);
    execute format('grant select, insert on audit.%I to cadastre_system', t);
    execute format('create or replace trigger %I before update or delete on audit.%I for each row execute function audit.tg_append_only()',
      t || '__refuse', t);
    execute format('create or replace trigger %I before truncate on audit.%I for each statement execute function audit.tg_append_only()',
      t || '__refuse_truncate', t);
    execute format('alter table audit.%I enable always trigger %I, enable always trigger %I', t, t || '__refuse', t || '__refuse_truncate');
  end loop;
end
$$;
-- A load's versions are read by the owner of store tables, and committed to where they are read.
drop policy if exists insert_owner on audit.change_parts;
create policy insert_owner on audit.change_parts for insert to cadastre_owner with check (org_id = (select private.org_id()));
-- What the tree is made of is asked for by proofs, not read.
grant select on audit.data_changes, audit.checkpoints to cadastre_user;
