--! owner: cadastre_system
-- Forgets entries of change feeds, with their keys, once they are older than their organization keeps
-- them (ingest.set_change_retention), else than a month; what they tell of is in the datasets'
-- histories. The position up to which they went is kept, so that a reader who was away for longer is told, and not given
-- what is left as if it were all. In bounded steps; returns how many went. An edit since its dataset's last load stays:
-- loads ask for it (ingest.rows_are_checked).
create or replace function private.sweep_changes() returns bigint
language plpgsql security definer
set search_path = ''
as $$
declare
  gone bigint;
  usual constant int := 30;
  shortest constant int := least(usual, (select min(o.change_retention_days) from tenancy.organizations o where o.change_retention_days is not null));
  batch constant int := 50000;
begin
  perform core.require('platform.manage');
  with old as (
    select x.org_id, x.number from ingest.changes x join tenancy.organizations g on g.id = x.org_id
     -- The first by index, the second by organization.
     where x.changed_at < clock_timestamp() - make_interval(days => shortest)
       and x.changed_at < clock_timestamp() - make_interval(days => coalesce(g.change_retention_days, usual))
       and (x.kind = 'load'
            or exists (select from data.datasets d join ingest.runs r on r.org_id = d.org_id and r.id = d.last_run_id
                        where d.org_id = x.org_id and d.id = x.dataset_id and r.finished_at > x.changed_at))
     order by x.changed_at limit batch
  ), removed as (
    delete from ingest.changes c using old o where c.org_id = o.org_id and c.number = o.number
    returning c.org_id, c.txid, c.number
  ), moved as (
    insert into private.change_horizons as h (org_id, txid, number)
    select distinct on (r.org_id) r.org_id, r.txid, r.number from removed r order by r.org_id, r.txid desc, r.number desc
    on conflict (org_id) do update set txid = excluded.txid, number = excluded.number, moved_at = clock_timestamp()
     where (h.txid, h.number) < (excluded.txid, excluded.number)
  )
  select count(*) into gone from removed;
  return gone;
end
$$;
comment on function private.sweep_changes() is 'Deletes change feed entries that are older than their organization keeps them (30 days unless it says otherwise) and keeps the position up to which. Needs platform.manage.';
revoke execute on function private.sweep_changes() from public;
grant execute on function private.sweep_changes() to cadastre_worker;
