--! owner: cadastre_system
-- Written with every statement that makes data versions, by the store tables' triggers, in the same transaction. Owned by
-- the system role: the policies of the owner would ask who is asking once more, with every edit.
create or replace function audit.add_change(p_org uuid, p_dataset uuid, p_contract int, p_operation text, p_run uuid,
                                            p_rows bigint, p_commitments bytea, p_seed bytea, p_names text[]) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  change uuid := uuidv7();
begin
  insert into audit.data_changes (org_id, id, dataset_id, contract_version, operation, run_id, row_count, commitments)
  values (p_org, change, p_dataset, p_contract, p_operation, p_run, p_rows, p_commitments);
  insert into private.change_secrets (org_id, change_id, seed, names) values (p_org, change, p_seed, p_names);
end
$$;
comment on function audit.add_change(uuid, uuid, int, text, uuid, bigint, bytea, bytea, text[]) is
  'Records a statement that made data versions, with its commitments to them. Internal to store tables.';
revoke execute on function audit.add_change(uuid, uuid, int, text, uuid, bigint, bytea, bytea, text[]) from public;
grant execute on function audit.add_change(uuid, uuid, int, text, uuid, bigint, bytea, bytea, text[]) to cadastre_owner;
