-- Commits to the versions of a load, for the sealer: read from where they are by now, the current table or history, each
-- by the text of the contract under which it came. 4,096 lines a part. Returns how many were found; what is missing by
-- now is missing in the seal, which says how many there should be. None where the dataset was dropped meanwhile.
create or replace function data.commit_change(p_change uuid) returns bigint
language plpgsql security definer
set search_path = '' set timezone = 'UTC' set datestyle = 'ISO, YMD' set work_mem = '64MB'
as $$
declare
  c audit.data_changes;
  n record;
  columns text;
  secret bytea;
  found_rows bigint;
begin
  perform core.require('run.execute');
  select * into c from audit.data_changes x where x.org_id = private.org_id() and x.id = p_change and x.commitments is null;
  if c.id is null or exists (select from audit.change_parts p where p.org_id = c.org_id and p.change_id = c.id)
     or not exists (select from data.datasets d where d.org_id = c.org_id and d.id = c.dataset_id) then
    return 0;
  end if;
  n := data.dataset_names(c.dataset_id);
  select s.seed into secret from private.change_secrets s where s.org_id = c.org_id and s.change_id = c.id;
  select string_agg(format('%I', f.name), ', ' order by f.position)
         || ', file_id, version, change_type, change_mask, valid_from, changed_by, run_id, source_line, change_reason' into columns
    from data.fields f where f.org_id = c.org_id and f.dataset_id = c.dataset_id;
  execute format($q$
    insert into audit.change_parts (org_id, change_id, part, row_count, commitments)
    select $1, $2, (x.line / 4096)::int, count(*), string_agg(int2send((x.line %% 4096)::int2) || x.commitment, ''::bytea order by x.line, x.commitment)
      from (select t.source_line as line,
                   substr(sha256(sha256($3 || int8send(t.source_line)) || convert_to(%1$s, 'UTF8')), 1, 16) as commitment
              from (select %2$s from %3$s where run_id = $4 and change_type = $5
                    union all select %2$s from %4$s where run_id = $4 and change_type = $5) t) x
     group by 3 $q$,
    data.version_text(c.dataset_id, c.contract_version), columns, n.current_table, n.history_table)
    using c.org_id, c.id, secret, c.run_id, c.operation;
  select coalesce(sum(p.row_count), 0) into found_rows from audit.change_parts p where p.org_id = c.org_id and p.change_id = c.id;
  return found_rows;
end
$$;
comment on function data.commit_change(uuid) is 'Commits to the versions of a load, when it is sealed; how many there were.';
revoke execute on function data.commit_change(uuid) from public;
grant execute on function data.commit_change(uuid) to cadastre_worker;
