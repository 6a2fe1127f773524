--! owner: cadastre_system
-- Single objects on which whoever is asking holds the permission by a grant or policy of that object's own, so that the
-- control plane's policies stay set-based: id::text = any ((select private.allowed_objects('dataset.view',
-- 'dataset'))::text[]). Asked once a statement. private.permits decides on each, so this and private.may agree.
create or replace function private.allowed_objects(permission text, kind text) returns text[]
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
  return array(
    select distinct c.id
      from private.object_candidates(who.org_id, who.user_id, permission, kind, true) c (id)
     where private.permits(who.kind, who.org_id, who.user_id, who.role_key, who.session_id, who.actor_id, who.read_only,
                           allowed_objects.permission, allowed_objects.kind, c.id));
end
$$;
comment on function private.allowed_objects(text, text) is
  'Ids of single objects (kind: dataset, tag, report, folder) on which whoever is asking holds the permission by a grant or policy.';
grant execute on function private.allowed_objects(text, text) to public;
