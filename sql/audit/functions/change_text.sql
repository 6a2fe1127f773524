-- The text of a change's leaf. Its last part is sha256 over (number of the part as int8 || sha256 of its commitments).
create or replace function audit.change_text(c audit.data_changes) returns text
language sql stable
set search_path = ''
as $$
  select 'change|' || c.id || '|' || to_char(c.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || '|' || c.txid::text || '|'
      || c.dataset_id || '|' || c.contract_version || '|' || c.operation || '|' || coalesce(c.run_id::text, '') || '|' || c.row_count || '|'
      || encode(sha256(coalesce(
           case when c.commitments is not null then int8send(0) || sha256(c.commitments)
                else (select string_agg(int8send(p.part) || sha256(p.commitments), ''::bytea order by p.part)
                        from audit.change_parts p where p.org_id = c.org_id and p.change_id = c.id) end, '')), 'hex')
$$;
comment on function audit.change_text(audit.data_changes) is 'The text of a change''s leaf.';
revoke execute on function audit.change_text(audit.data_changes) from public;
grant execute on function audit.change_text(audit.data_changes) to cadastre_system;
