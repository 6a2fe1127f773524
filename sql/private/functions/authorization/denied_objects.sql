--! owner: cadastre_system
-- Single objects on which whoever is asking does not hold the permission because a denial or policy of that object's own
-- stands against it. The other half of private.allowed_objects.
create or replace function private.denied_objects(permission text, kind text) returns text[]
language plpgsql stable parallel safe security definer
set search_path = ''
as $$
declare
  who record := private.identity();
begin
  if who.kind is null or who.kind not in ('user', 'sql', 'key') then
    return '{}';
  end if;
  -- About most members there is nothing out of the ordinary, so neither grant nor policy (private.exceptional).
  if not exists (select from private.exceptions e where e.about in (who.org_id, who.user_id, who.actor_id)) then
    return '{}';
  end if;
  -- While looking as somebody else, what the real person is denied stays denied too.
  return array(
    select distinct c.id
      from unnest(array[who.user_id, who.actor_id]) u (id)
      cross join lateral private.object_candidates(who.org_id, u.id, permission, kind, false) c (id)
     where not private.permits(who.kind, who.org_id, who.user_id, who.role_key, who.session_id, who.actor_id, who.read_only,
                               denied_objects.permission, denied_objects.kind, c.id));
end
$$;
comment on function private.denied_objects(text, text) is
  'Ids of single objects (kind: dataset, tag, report, folder) on which a denial or policy stands against whoever is asking.';
grant execute on function private.denied_objects(text, text) to public;
