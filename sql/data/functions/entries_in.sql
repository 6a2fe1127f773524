-- Which commitments versions are under: change and number, of the rows of p_relation (SQL of a table or subquery of
-- history's shape). Set by set, for thousands of versions. Internal. Error AU005: a load's are not committed to yet.
create or replace function data.entries_in(p_dataset uuid, p_relation text) returns table (change_id uuid, entry bigint)
language plpgsql
set search_path = '' set timezone = 'UTC' set datestyle = 'ISO, YMD'
as $$
declare
  n record := data.dataset_names(p_dataset);
  waiting boolean;
begin
  execute format($q$
    select exists (select from (%1$s) t join audit.data_changes c
                     on c.org_id = $1 and c.dataset_id = $2 and c.commitments is null and c.run_id = t.run_id and c.operation = t.change_type
                    where not exists (select from audit.change_parts p where p.org_id = c.org_id and p.change_id = c.id)) $q$, p_relation)
    into waiting using n.org_id, p_dataset;
  if waiting then
    perform core.raise('AU005', 'the row came with a load that is not sealed yet', 'Try again in a few seconds.');
  end if;
  return query execute format($q$
    with t as materialized (select %1$s as name$, t.run_id, t.change_type, t.source_line from (%2$s) t)
    select c.id, t.source_line from t join audit.data_changes c
        on c.org_id = $1 and c.dataset_id = $2 and c.commitments is null and c.run_id = t.run_id and c.operation = t.change_type
    union all
    select d.id, a.i - 1
      from t join (select d.id, a.name, a.i from audit.data_changes d
                     join private.change_secrets s on s.org_id = d.org_id and s.change_id = d.id
                     cross join unnest(s.names) with ordinality a (name, i)
                    where d.org_id = $1 and d.dataset_id = $2 and d.commitments is not null and a.name is not null) a on a.name = t.name$
      join audit.data_changes d on d.org_id = $1 and d.id = a.id
     where not exists (select from audit.data_changes c where c.org_id = $1 and c.dataset_id = $2 and c.commitments is null
                          and c.run_id = t.run_id and c.operation = t.change_type) $q$,
    data.version_name(p_dataset), p_relation) using n.org_id, p_dataset;
end
$$;
comment on function data.entries_in(uuid, text) is 'Commitments that versions are under. Internal. Error AU005.';
revoke execute on function data.entries_in(uuid, text) from public;
