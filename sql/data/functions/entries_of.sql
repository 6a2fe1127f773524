-- Which commitments the versions of a row are under, as change/number. p_matches is SQL over the alias t. Internal to
-- data.erase_row. Error AU005: a load's versions are not committed to yet.
create or replace function data.entries_of(p_dataset uuid, p_matches text, p_limit int) returns text[]
language plpgsql
set search_path = ''
as $$
declare
  n record := data.dataset_names(p_dataset);
  keys text;
  entries text[];
  waiting boolean;
begin
  select string_agg(format('%I', k.name), ', ' order by k.ordinality) into keys
    from unnest(n.key_fields) with ordinality k (name, ordinality);
  keys := coalesce(keys || ', ', '') || 'file_id, version, change_type, run_id, source_line';
  execute format($q$
    select coalesce(array_agg(x.change_id || '/' || x.entry), '{}'), coalesce(bool_or(x.waiting), false)
      from (select coalesce(c.id, e.id) as change_id, case when c.id is not null then t.source_line else e.i - 1 end as entry,
                   c.id is not null and not exists (select from audit.change_parts p where p.org_id = c.org_id and p.change_id = c.id) as waiting
              from (select %1$s from %2$s t where %4$s union all select %1$s from %3$s t where %4$s) t
              left join audit.data_changes c
                on c.org_id = $1 and c.dataset_id = $2 and c.commitments is null and c.run_id = t.run_id and c.operation = t.change_type
              left join lateral (
                select s.change_id as id, a.i
                  from audit.data_changes d
                  join private.change_secrets s on s.org_id = d.org_id and s.change_id = d.id
                  cross join unnest(s.names) with ordinality a (name, i)
                 where c.id is null and d.org_id = $1 and d.dataset_id = $2 and a.name = %5$s) e on true
             limit $3) x
     where x.change_id is not null $q$,
    keys, n.current_table, n.history_table, p_matches, data.version_name(p_dataset))
    into entries, waiting using n.org_id, p_dataset, p_limit;
  if waiting then
    perform core.raise('AU005', 'the row came with a load that is not sealed yet', 'Try again in a few seconds.');
  end if;
  return entries;
end
$$;
comment on function data.entries_of(uuid, text, int) is 'Commitments that the versions of a row are under. Internal. Error AU005.';
revoke execute on function data.entries_of(uuid, text, int) from public;
