--! owner: cadastre_system
-- Organizations whose oldest unsealed row is older than so many seconds, told once each, and once more when it is sealed
-- again; both are events of their trails. For the sealer, at every pass.
create or replace function audit.watch_sealing(p_seconds int) returns table (org_id uuid, seconds int, late boolean)
language plpgsql security definer
set search_path = ''
as $$
declare
  s record;
begin
  perform core.require('platform.monitor');
  for s in select x.*, extract(epoch from clock_timestamp() - x.oldest_at)::int as age from audit.sealing_state() x loop
    if s.age >= p_seconds and s.alarmed_at is null then
      insert into private.audit_trees as t (org_id, alarmed_at) values (s.org_id, clock_timestamp())
      on conflict on constraint audit_trees_pkey do update set alarmed_at = excluded.alarmed_at;
      perform audit.record('audit.sealing_late', 'organization', s.org_id::text, jsonb_build_object('seconds', s.age, 'unsealed', s.unsealed), s.org_id);
      perform core.notify('audit:' || s.org_id, s.org_id);
      return query select s.org_id, s.age, true;
    elsif s.alarmed_at is not null and coalesce(s.age, 0) < p_seconds then
      update private.audit_trees t set alarmed_at = null where t.org_id = s.org_id;
      perform audit.record('audit.sealing_caught_up', 'organization', s.org_id::text, '{}', s.org_id);
      return query select s.org_id, coalesce(s.age, 0), false;
    end if;
  end loop;
end
$$;
comment on function audit.watch_sealing(int) is 'Tells of organizations whose trail has waited longer than so many seconds to be sealed, once, and of those that caught up.';
revoke execute on function audit.watch_sealing(int) from public;
grant execute on function audit.watch_sealing(int) to cadastre_worker;
