--! owner: cadastre_system
-- How far sealing is: for the platform every organization that has a tree or rows to seal, for an organization itself
-- alone. At most 1,000 unsealed rows are counted.
create or replace function audit.sealing_state()
returns table (org_id uuid, unsealed int, oldest_at timestamptz, size bigint, checkpoint_at timestamptz, alarmed_at timestamptz)
language plpgsql stable security definer
set search_path = ''
as $$
declare
  own uuid := private.org_id();
  most constant int := 1000;
begin
  -- As a table would: who may not see the trail sees no row.
  if not private.has_permission(case when own is null then 'platform.monitor' else 'audit.view' end) then
    return;
  end if;
  return query
    with recursive o (org_id) as (
      (select e.org_id from audit.events e where own is null or e.org_id = own order by e.org_id limit 1)
      union all
      select (select e.org_id from audit.events e where e.org_id > o.org_id order by e.org_id limit 1) from o where own is null and o.org_id is not null
    )
    select o.org_id, u.unsealed::int, u.oldest_at, coalesce(t.size, 0), c.at, t.alarmed_at
      from o
      left join private.audit_trees t on t.org_id = o.org_id
      cross join lateral (select coalesce(t.last_txid, '0'::xid8) as txid, coalesce(t.last_id, '00000000-0000-0000-0000-000000000000') as id) done
      cross join lateral (
        select count(*) as unsealed, min(x.at) as oldest_at
          from (select * from ((select e.at from audit.events e where e.org_id = o.org_id and (e.txid, e.id) > (done.txid, done.id) order by e.txid, e.id limit most)
                union all
                (select d.at from audit.data_changes d where d.org_id = o.org_id and (d.txid, d.id) > (done.txid, done.id) order by d.txid, d.id limit most)) both_ limit most) x) u
      left join lateral (select k.at from audit.checkpoints k where k.org_id = o.org_id order by k.size desc limit 1) c on true
     where o.org_id is not null;
end
$$;
comment on function audit.sealing_state() is
  'Per organization: rows not sealed yet (at most 1,000 are counted), the time of the oldest, leaves in the tree, time of the last checkpoint. Empty without audit.view; with platform.monitor, of all.';
revoke execute on function audit.sealing_state() from public;
grant execute on function audit.sealing_state() to cadastre_user, cadastre_worker;
