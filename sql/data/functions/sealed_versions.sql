-- Every version of a dataset's rows beside what was committed to: leaf, change and number of the commitment, the version's
-- name, its text and its salt; in the order of the tree. For exports and verification. A version that no change is of has
-- no change_id; one whose change is not sealed yet has no leaf. No salt: it was erased.
-- Archived versions are among them where data.stage_archived has put them beside history.
create or replace function data.sealed_versions(p_dataset uuid)
returns table (leaf bigint, change_id uuid, entry bigint, name text, said text, salt bytea)
language plpgsql security definer
set search_path = '' set timezone = 'UTC' set datestyle = 'ISO, YMD' set work_mem = '64MB'
as $$
declare
  n record;
  columns text;
  said_as text;
begin
  perform core.require('audit.export');
  perform core.require('record.view');
  n := data.dataset_names(p_dataset);
  select string_agg(format('%I', f.name), ', ' order by f.position)
         || ', file_id, version, change_type, change_mask, valid_from, changed_by, run_id, source_line, change_reason' into columns
    from data.fields f where f.org_id = n.org_id and f.dataset_id = p_dataset;
  -- Contracts that differ in rules alone read alike.
  select string_agg(format(' when m.contract_version = any (%L) then %s', x.versions, x.said_by), '') into said_as
    from (select array_agg(c.version) as versions, v.said_by
            from data.contracts c
            cross join lateral (select data.version_text(p_dataset, c.version) as said_by) v
           where c.org_id = n.org_id and c.dataset_id = p_dataset
           group by v.said_by) x;
  return query execute format($q$
    with changes as materialized (
      select c.id, c.run_id, c.operation, c.contract_version, c.commitments is null as loaded, l.position, s.seed, s.names
        from audit.data_changes c
        left join audit.leaves l on l.org_id = c.org_id and l.source_id = c.id
        left join private.change_secrets s on s.org_id = c.org_id and s.change_id = c.id
       where c.org_id = $1 and c.dataset_id = $2
    ), named as materialized (
      select c.id, c.contract_version, c.position, c.seed, e.name, e.i - 1 as entry
        from changes c cross join unnest(c.names) with ordinality e (name, i)
       where not c.loaded and e.name is not null
    )
    select m.position, m.id, m.entry, t.name$, case %1$s end,
           case when m.seed is not null then sha256(m.seed || int8send(m.entry)) else k.salt end
      from (select %2$s as name$, t.* from (select %3$s from %4$s union all select %3$s from %5$s %6$s) t) t
      left join changes c on c.loaded and c.run_id = t.run_id and c.operation = t.change_type
      left join named e on c.id is null and e.name = t.name$
      cross join lateral (select coalesce(c.id, e.id) as id, coalesce(c.position, e.position) as position,
             coalesce(c.contract_version, e.contract_version, (select max(x.version) from data.contracts x where x.org_id = $1 and x.dataset_id = $2)) as contract_version,
             coalesce(c.seed, e.seed) as seed, case when c.id is not null then t.source_line else e.entry end as entry) m
      left join private.kept_salts k on m.seed is null and k.org_id = $1 and k.change_id = m.id and k.entry = m.entry
     order by m.position nulls last, m.entry $q$,
    said_as, data.version_name(p_dataset), columns, n.current_table, n.history_table,
    coalesce(format('union all select %s from ', columns) || data.staged_archives(p_dataset), '')) using n.org_id, p_dataset;
end
$$;
comment on function data.sealed_versions(uuid) is 'Versions of a dataset''s rows beside the leaves that commit to them. Needs audit.export and record.view. Error DS001.';
revoke execute on function data.sealed_versions(uuid) from public;
grant execute on function data.sealed_versions(uuid) to cadastre_worker;
