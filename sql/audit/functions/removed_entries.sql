--! owner: cadastre_system
-- Which commitments retention has removed the versions of, by change: the ranges of all events history.remove. An export
-- begins with it, so that a verifier knows what may be missing before it hears the events, which it holds it against.
create or replace function audit.removed_entries() returns jsonb
language plpgsql stable security definer
set search_path = ''
as $$
declare
  org uuid := audit.trail_of();
begin
  return (select coalesce(jsonb_object_agg(x.key, x.ranges), '{}')
            from (select r.key, string_agg(r.value, ',') as ranges
                    from audit.events e cross join jsonb_each_text(e.detail -> 'ranges') r
                   where e.org_id = org and e.action = 'history.remove' group by r.key) x);
end
$$;
comment on function audit.removed_entries() is 'Commitments whose versions retention has removed: {change: "from-to,..."}. Needs audit.export.';
revoke execute on function audit.removed_entries() from public;
grant execute on function audit.removed_entries() to cadastre_worker;
