-- Removes a batch of the versions that a dataset's rule does not keep, in one transaction with the event that says which
-- commitments they were under: verification counts them as removed, and tells of any that is missing without such an
-- event. The salts stay: what must leave no trace is erased. How many went.
create or replace function data.retain_remove(p_dataset uuid, p_limit int) returns bigint
language plpgsql security definer
set search_path = '' set timezone = 'UTC' set datestyle = 'ISO, YMD'
as $$
declare
  n record;
  gone bigint;
  until timestamptz;
  entries jsonb;
begin
  perform core.require('run.execute');
  n := data.dataset_names(p_dataset);
  -- A hold that is being placed is waited for.
  perform 1 from data.datasets d where d.org_id = n.org_id and d.id = p_dataset for update;
  if exists (select from data.legal_holds h where h.org_id = n.org_id and h.released_at is null and h.keys is null and (h.dataset_id is null or h.dataset_id = p_dataset)) then
    return 0;
  end if;
  execute 'create temporary table cadastre_leaving on commit drop as ' || data.retain_source(p_dataset, p_limit);
  execute 'select max(valid_to) from pg_temp.cadastre_leaving' into until;
  if until is null then
    drop table pg_temp.cadastre_leaving;
    return 0;
  end if;
  select jsonb_object_agg(x.change_id, x.ranges) into entries
    from (select y.change_id, string_agg(case when y.low = y.high then y.low::text else y.low || '-' || y.high end, ',' order by y.low) as ranges
            from (select z.change_id, min(z.entry) as low, max(z.entry) as high
                    from (select e.change_id, e.entry, e.entry - row_number() over (partition by e.change_id order by e.entry) as island
                            from (select distinct x.* from data.entries_in(p_dataset, 'select * from pg_temp.cadastre_leaving') x) e) z
                   group by z.change_id, z.island) y
           group by y.change_id) x;
  gone := data.delete_versions(p_dataset);
  drop table pg_temp.cadastre_leaving;
  update data.datasets d set history_from = greatest(d.history_from, until) where d.org_id = n.org_id and d.id = p_dataset;
  perform audit.record('history.remove', 'dataset', p_dataset::text,
    jsonb_build_object('versions', gone, 'until', to_char(until at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), 'ranges', coalesce(entries, '{}')));
  return gone;
end
$$;
comment on function data.retain_remove(uuid, int) is 'Removes a batch of versions beyond a dataset''s retention; how many. For the worker. Errors: AU005, RT007.';
revoke execute on function data.retain_remove(uuid, int) from public;
grant execute on function data.retain_remove(uuid, int) to cadastre_worker;
